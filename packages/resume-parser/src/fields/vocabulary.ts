const words = (text: string) => new Set(text.trim().split(/\s+/))

/** Words for what a person does, mostly the last word of a title. */
const TITLE_HEADS = words(`
accountant actuary adjuster adjustor administrator advisor adviser advocate aide agent ambassador analyst apprentice appraiser architect
artist assessor assistant associate attendant attorney auditor bagger baker banker barista barber bartender bellhop bookkeeper broker builder busser buyer
captain caregiver carpenter cashier ceo cfo chair chairman chairperson chairwoman chef chief cleaner clerk closer co-founder co-owner coach cofounder collector
concierge consultant contractor controller cook coo coordinator co-ordinator cosmetologist counsel counselor counsellor courier creator crew cto custodian dealer dealmaker
deputy designer detective developer director dispatcher driver editor educator electrician engineer entrepreneur estimator evangelist examiner executive expert
farmer fellow fighter firefighter fitter flipper foreman founder freelancer fundraiser generalist greeter groundskeeper guard guide hairdresser handler handyman head helper host hostess
housekeeper instructor inspector intern interpreter investigator investor isa janitor journalist laborer labourer landlord landscaper lawyer lead leader lecturer letter lender liaison librarian lieutenant
lifeguard lister machinist maker manager marketer mate mechanic medic mentor merchandiser merchant messenger mlo model mover musician nanny negotiator notary nurse officer operator organizer originator
owner packer painter paralegal paramedic partner performer pharmacist photographer physician picker pilot planner plumber practitioner president principal processor producer professional professor programmer
prospector publicist realtor realtor® receptionist recruiter rep reporter representative researcher runner sailor salesman salesperson saleswoman scheduler scientist scout secretary seller sergeant server setter
shopper solicitor specialist stager steward stewardess stocker storekeeper strategist stylist superintendent supervisor supporter surveyor teacher technician technologist telemarketer teller temp
tester therapist trader trainee trainer translator treasurer tutor typist underwriter usher valet valuer vendor veterinarian videographer vp svp evp avp waiter waitress warden webmaster welder worker writer csr
lettings secretary-treasurer rainmaker barback page hygienist phlebotomist esthetician aesthetician butcher florist roofer framer installer assembler surgeon dentist optician optometrist dietitian nutritionist chaplain pastor minister priest deacon dean provost registrar archivist curator economist statistician chemist biologist geologist psychologist psychiatrist radiographer sonographer doula midwife emt infantryman airman seaman quartermaster commander colonel mason glazier gardener groomer sitter babysitter croupier boss cadet trooper deputy sheriff policeman prosecutor judge legislator senator councilmember mayor commissioner lobbyist canvasser author columnist correspondent copywriter proofreader illustrator animator dancer actor docent facilitator interviewer enumerator abstractor adjudicator arbitrator mediator keyholder key-holder loader caseworker bellman doorman repairman tradesman foremen linesman lineman patrolman draftsman draughtsman chairs programmer-analyst sommelier dishwasher steelworker ironworker pipefitter millwright toolmaker rigger longshoreman trucker conductor sub-agent subcontractor vice-president caretaker soldier marine corporal specialist hand staffer homemaker busboy deckhand farmhand salesclerk foreperson bailiff officer`)
/** Words that accompany them in titles. */
const TITLE_WORDS = words(`
senior sr sr. junior jr jr. lead chief head vice assistant associate deputy executive regional district general managing licensed independent freelance self-employed
inside outside sales listing buyer's buyers showing transaction leasing claims account customer client service operations marketing office property
part-time full-time interim acting staff team personal commercial lines new business in charge operator showroom volunteer captive retail area national showings trainee summer student duty front desk`)
/** Words that end names of companies. */
const COMPANY_TAILS = words(`
inc inc. llc l.l.c. llc. ltd ltd. limited corp corp. corporation co co. company llp lp pllc plc p.a. pa pc p.c. gmbh
agency agencies realty realtors realtors® properties property homes estate estates group partners associates team insurance assurance mutual financial bank mortgage lending title escrow
holdings solutions services systems international global worldwide hotel hotels resort resorts restaurant restaurants cafe café grill bar kitchen bistro coffee bakery pizza pizzeria diner tavern pub brewery lounge
school schools academy university college hospital clinic health healthcare medical church army navy marines guard force department center centre institute foundation association society
store stores market markets supermarket foods motors auto automotive toyota honda ford chevrolet nissan dealership cars rentals rental builders construction contracting roofing plumbing electric
brokerage brokers advisors advisers consulting consultants capital investments equity ventures fund trust credit union savings lenders loans funding home house land apartments residential
logistics transport transportation freight trucking airlines airways energy power communications wireless mobile media marketing advertising studio studios design designs salon spa fitness gym
law legal offices pharmacy dental furniture electronics hardware outfitters apparel boutique jewelers fashions industries manufacturing technologies technology tech software labs network networks
management communities living development developers developments underwriters surety casualty life benefits staffing recruiting closings abstract settlement county city district council government
collective club ranch farm farms inn lodge casino gallery cinema theatre theater museum library world warehouse depot express exchange enterprises enterprise works shop shops mart yard distributors supply products wealth brothers bros sons daughters altitude
`)
const COMPANY_NAMES =
  /\b(?:keller williams|kw|re ?\/ ?max|remax|coldwell banker|century 21|compass|sotheby|berkshire hathaway|bhhs|exp realty|redfin|zillow|opendoor|offerpad|douglas elliman|corcoran|weichert|long & foster|howard hanna|better homes and gardens|era real|exit realty|royal lepage|windermere|john l\.? scott|william raveis|baird & warner|realogy|anywhere|homesmart|fathom|real broker|side inc|the agency|engel & v|christie|cushman|cbre|jll|jones lang|colliers|marcus & millichap|newmark|greystar|lennar|pulte|d\.? ?r\.? horton|toll brothers|kb home|ryan homes|savills|knight frank|foxtons|connells|countrywide|hamptons|purplebricks|state farm|allstate|farmers|geico|progressive|nationwide|liberty mutual|travelers|usaa|aflac|metlife|prudential|new york life|northwestern mutual|massmutual|mass mutual|primerica|mutual of omaha|transamerica|john hancock|guardian life|aaa|marsh|aon|hub international|gallagher|brown & brown|acrisure|lockton|chubb|hartford|aig|cigna|aetna|humana|unitedhealth|anthem|blue cross|combined insurance|globe life|bankers life|colonial life|american family|american income|erie|auto-owners|hiscox|aviva|wells fargo|chase|bank of|citi|citibank|u\.?s\.? bank|pnc|truist|capital one|rocket mortgage|quicken|loandepot|walmart|target|starbucks|costco|home depot|lowe.s|best buy|nordstrom|macy.s|marriott|hilton|hyatt|hertz|enterprise|avis|amazon|apple|google|microsoft|ibm|oracle|salesforce|verizon|at&t|t-mobile|comcast|sprint|ups|fedex|usps|uber|lyft|mcdonald.s|chipotle|whole foods|kroger|publix|h-e-b|heb|safeway|walgreens|cvs|gap|sears|ikea|tesla|deloitte|kpmg|pwc|ey|accenture|u\.?s\.? (?:army|navy|air|marine|coast|postal)|girl scouts|boy scouts|ymca|ywca|goodwill|habitat for humanity|self[- ]employed|freelance|various)\b/i
const SCHOOL =
  /(?<!\p{L})(?:universit[yàéä]t?|universidad|universidade|université|college|collège|colegio|institute|instituto|school|academy|polytechnic|politécnico|conservatory|seminary|lycée|cégep|cegep|hochschule|ucla|rutgers|caltech|johns hopkins|notre dame|gymnasium|lyceum|liceo|escuela|escola|politecnico|universit(?:ä|a)t|sciences po|vocational|votech|trade sch|mit|usc|nyu|suny|cuny|asu|lsu|byu|ucf|fiu|fsu|utsa|smu|tcu|unlv|sdsu|sfsu|csun|csulb|penn state|ohio state|cal state|cal poly|georgia tech|virginia tech|texas tech|texas a&m|uc (?:berkeley|davis|irvine|san diego|santa barbara|santa cruz|riverside|los angeles)|ut (?:austin|dallas|arlington|san antonio)|kaplan|coursera|udemy|udacity|edx|flatiron|general assembly|ce shop|aceable(?: ?agent)?|colibri|real estate express|mckissock|proschools|examfx|univ|universiti|universiteit|universitet|uniwersytet|univerzit\p{L}*|tecnol[oó]gico|école|ecole|fachhochschule|faculdade|facultad|preparatoria|conservatoire|schools|adult education|(?:education(?:al)?|learning|training|career) (?:cent(?:er|re)|services)|unc|high sch|sixth form|grammar|prep|high$)(?!\p{L})/iu
const DEGREE =
  /\b(?:bachelor(?:['’]?s)?|master(?:['’]?s)?|doctor(?:ate)?|associate(?:['’]?s)?(?= (?:of|in|degree)\b)|associate['’]s|associates degree|diploma|ged|g\.e\.d\.?|(?<!\bno )degree|certificate|certification|mba|m\.b\.a\.?|emba|bba|b\.b\.a\.?|bsba|bsb|bsre|msre|mre|bscs|mscs|bsit|bsee|bsme|bpa|mph|mhr|macc|bacc|bas|bgs|mps|bps|dba|edd|pharmd|\d{2,3}[ -](?:(?:clock|credit)[ -])?hours?|licen[sc]ing course|b\.s\.b\.a\.?|bfa|b\.f\.a\.?|mfa|m\.f\.a\.?|phd|ph\.d\.?|jd|j\.d\.?|llb|ll\.b\.?|llm|ll\.m\.?|aas|a\.a\.s\.?|beng|meng|mphil|bed|med|m\.ed\.?|b\.ed\.?|bsn|msw|bsw|mpa|hnd|hnc|btec|gcses?|a[- ]levels?|nvq|foundation degree|honou?rs degree|licenciatura|licenciado|licence|maîtrise|baccalauréat|coursework|b\.e\.|m\.e\.|b\.?tech|m\.?tech|bsc|b\.sc\.?|msc|m\.sc\.?|bcom|b\.com\.?|mcom|minor in|major in|some college|(?:program(?:me)?|(?<!relevant )course)(?=$|,| [(–-])|(?:under)?graduate studies(?= in)|international baccalaureate|higher secondary|equivalency|high school or equivalent|bootcamp|immersive|nanodegree|apprenticeship|magister|laurea|diplom-\p{L}+|abogad[oa]|contador público|ingenier[oa]|ingeniería|bachillerato|maestría|post-?licens(?:ing|ure|e)(?: course)?|pre-?licens(?:ing|ure|e)(?: course)?|real estate course)(?![\p{L}\d])/iu
/** Degrees of two letters, which must be capitals (`BA`, `B.S.`, `AA`), and others with full stops (`M.Div.`). */
const SHORT_DEGREE =
  /(?:^|[\s,(])(?:AEC|DEC|(?:[BM]|Ph|Th|Ed|Psy|S)\. ?(?:[A-Z][a-z]{0,5}\. ?){1,2}|(?:B\.? ?A|B\.? ?S|B\.? ?E|A\.? ?B|S\.? ?B|M\.? ?A|M\.? ?S|A\.? ?A|A\.? ?S)\.?)(?=$|[\s,:()–-])/

/** The same for text without capitals. */
const LOWER_DEGREE = /^(?:b\.?[as]|m\.?[as]|a\.?a|a\.s)\.?(?=$|[\s,])(?=\P{Lu}*$)/u
/** Short names of schools: `Stuyvesant HS`, `Michigan State`. */
const SHORT_SCHOOL = /^\p{Lu}.*\p{L} H\.?S(?:$|\.)|^(?!New York )(?:\p{Lu}\p{Ll}+ ){1,2}State$/u

const wordsOf = (text: string) =>
  text
    .toLowerCase()
    .replaceAll('’', "'")
    .split(/[\s,/()|&+–—-]+/)
    .filter(Boolean)
    .slice(0, 20)

/** How much a text reads like a job title: 3 or more if its main word is one, below 1 if nothing indicates it. */
export function titleScore(text: string): number {
  const whole = wordsOf(text)
  // words that describe the main word follow it: `Director of Sales`, `Manager, Claims`, `Agent (part-time)`
  const before = wordsOf(text.split(/ (?:of|for|to|in|at|with|on|and|&|the)\b|[,(:]|\s[-–—]\s/i)[0] ?? '')
  const head = before.at(-1) ?? ''
  const heads = whole.filter((word) => TITLE_HEADS.has(singular(word))).length
  let score = TITLE_HEADS.has(singular(head)) || TITLE_HEADS.has(head) ? 3 : heads > 0 ? 2 : 0
  score += 0.5 * Math.min(3, whole.filter((word) => TITLE_WORDS.has(word)).length)
  if (COMPANY_TAILS.has(head) && !TITLE_HEADS.has(head)) score -= 1.5
  return whole.length > 10 ? score - 3 : score
}

const singular = (word: string) => (word.endsWith('s') && !word.endsWith('ss') ? word.slice(0, -1) : word)

/** How much a text reads like the name of a company: 3 or more if its end or a name in it indicates it. */
export function companyScore(text: string): number {
  const whole = wordsOf(text)
  const last = whole.at(-1) ?? ''
  let score = COMPANY_TAILS.has(last) ? 3 : 0
  if (COMPANY_NAMES.test(text)) score += 3
  if (score === 0 && whole.some((word) => COMPANY_TAILS.has(word))) score += 1.5
  if (/^the /i.test(text)) score += 1
  if (/ & |\p{L}['’]s\b/u.test(text)) score += 0.5
  if (
    /\b(?:city|county|state|town|department|university|college|school|bank|church) of\b/i.test(text) ||
    SCHOOL.test(text)
  )
    score += 2
  if (/^(?:insurance|real estate) /i.test(text) && whole.length === 2) score -= 1
  return whole.length > 10 ? score - 3 : score
}

export const isSchool = (text: string): boolean => SCHOOL.test(text) || SHORT_SCHOOL.test(text)
export const isDegree = (text: string): boolean => degreeAt(text) !== undefined

/** The position of the first degree in a text. */
export function degreeAt(text: string): { index: number; end: number } | undefined {
  const found = [DEGREE, SHORT_DEGREE, LOWER_DEGREE]
    .map((words) => words.exec(text))
    .flatMap((match) =>
      match ? [{ index: match.index + (/^[\s,(]/.test(match[0]) ? 1 : 0), end: match.index + match[0].length }] : [],
    )
  return found.sort((a, b) => a.index - b.index)[0]
}

/** Letters after a name that are not part of it. */
export const CREDENTIALS = words(`
mba phd ph.d ph.d. cpa rn jd j.d. esq esq. md m.d. crs gri abr abrm srs sres rsps psa epro e-pro ahwd clhms chms crb ccim sior cips mrp crp pmn sfr dre realtor realtor® realtors broker agent
clu chfc cfp cfp® cpcu cic crm cisr acsr aai are arm ains aic ascr cfa lutcf rhu rebc reba ricp fscp chfc® clu® cpp pmp shrm-cp shrm-scp sphr phr csm ms m.s. ma m.a. ba b.a. bs b.s. msc bsc bba
llb llm edd dds rpa cpm cam arm® cas cbr asp sra mai r.e.b.c. mrics frics naea marla aca acca acii cii dip notary licensed cmb mlo nmls assoc associate associate-broker green eco c2ex abr® crs® gri® sres® pe p.e. edm ed.d. lcsw mpa msw cne cllp cnhs rcc rene cdpe cspe cci
`)
