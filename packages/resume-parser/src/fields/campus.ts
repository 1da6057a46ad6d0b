import { isState } from './locations'

const HEAD = String.raw`(?:universit\p{L}*|universidade?|univ\.?|college|institut\p{L}*|academy|schools?|polytechnic|seminary)`
/** Words that another word of the name must follow: `Notre Dame`, `San Diego`, `Real Estate`. */
const LEADS =
  'san|santa|santo|são|sao|st|saint|los|las|la|le|el|new|notre|north|south|west|east|northern|southern|eastern|western|central|great|fort|port|rhode|puerto|british|hong|cape|tel|real|fine|liberal|applied|business|public|social|professional|continuing|medical|higher|advanced|international|district'
const NAME = String.raw`(?:(?:${LEADS})\.? )*[\p{L}\d][\p{L}\d'’.–-]*`
/** A school up to where its name could end: `Rice University`, `University of Texas at San Antonio`. */
const CORE = new RegExp(
  String.raw`^(?:.*(?<!\p{L}))?${HEAD}(?!\p{L})(?: (?:of|de|del|at|for|in) (?:the )?${NAME}(?:,? (?:and|&) ${NAME})*)*`,
  'iu',
)
/** Whether a text is a part of a university: `Kellogg School of Management`. */
export const isFaculty = (text: string): boolean => FACULTY.test(text)
const FACULTY =
  /^(?:the )?(?:[\p{L}.&]+ ){0,3}(?:school|college|faculty|department) of (?!real estate)[\p{L}&, ]+$|^[\p{L}. ]+ (?:business|law|graduate) school$/iu
/** The general words for a school, without a name. */
const ANY = new RegExp(
  `^(?:the )?(?:(?:state|community|technical|high|business|law|graduate|trade|secondary|middle|some|junior|medical|vocational|university) )*${HEAD}$`,
  'iu',
)
/** Universities of several campuses, whose cities are part of the name. */
const SYSTEM =
  /^(?:the )?(?:university of (?:houston|south florida|puerto rico)|\p{L}+(?: \p{L}+)? state university|universidad de puerto rico|(?:texas a&m|indiana|purdue|rutgers|long island|southern illinois|vietnam national) university|state university of new york)$/iu
/** Universities whose name is incomplete without the city. */
const ALWAYS =
  /^(?:the )?(?:university of (?:california|nevada|north carolina|wisconsin)|california state university)$/i
/** Whether a text has the shape of a city. */
export const isCity = (text: string): boolean => CITY.test(text)
const CITY = /^\p{L}[\p{L}.'’]*(?:[ -]\p{L}[\p{L}.'’]*){0,3}$/u

/** Whether a text ends in a word that no name ends in: `San Diego State University San`. */
export const endsInLead = (text: string): boolean => LEAD_END.test(text)
const LEAD_END = new RegExp(`(?<!\\p{L})(?:${LEADS}|corpus)$`, 'iu')

/** Whether a text is only a general word for a school: `High School`. */
export const isAnySchool = (text: string): boolean => ANY.test(text)

/**
 * The text up to where the name of a school could end; undefined if it names none, or only a general word such as
 * `College`.
 */
export function coreOf(text: string): string | undefined {
  const core = CORE.exec(text)?.[0]
  return core === undefined || ANY.test(core) ? undefined : core
}

/** Whether a text like a city after the school is its campus: `University of Wisconsin`. */
export const hasCampuses = (school: string): boolean => {
  const [, land] = /^(?:the )?university of (.+)$/i.exec(school) ?? []
  return SYSTEM.test(school) || ALWAYS.test(school) || (land !== undefined && isState(land))
}
/** Whether the campus belongs to the name even if its state follows: `University of Nevada`. */
export const needsCampus = (school: string): boolean => ALWAYS.test(school)

/**
 * The name of a school without the city, state or country directly after it. `next` is the text after the following
 * comma.
 */
export function withoutCity(school: string, next: string): string {
  const bare = school.replace(/\s*\(([^()]{3,40})\)$/, (whole, inner: string) =>
    inner.split(', ').every((part, i, all) => isStateOrCountry(part) || (i < all.length - 1 && CITY.test(part)))
      ? ''
      : whole,
  )
  const core = coreOf(bare)
  const tail = core === undefined ? '' : bare.slice(core.length).trim()
  if (!core || !tail || !CITY.test(tail)) return bare
  const words = tail.split(' ')
  const endsInStateOrCountry = [1, 2, 3].some((n) => words.length >= n && isStateOrCountry(words.slice(-n).join(' ')))
  const isPlaced = isState(next.replace(/ (?:USA?|United States(?: of America)?)$/, ''))
    ? !needsCampus(core)
    : isStateOrCountry(next) && /\buniversity\b/i.test(core)
  return endsInStateOrCountry || isPlaced ? core : bare
}

/** Whether a text is a state, a province or a country. */
export const isStateOrCountry = (text: string): boolean =>
  isState(text) ||
  COUNTRY_NAMES.has(
    text
      .normalize('NFKD')
      .replaceAll(/\p{M}|^the |\./giu, '')
      .toLowerCase(),
  )

/** Countries in the spellings of resumes, in English and in their own languages, without accents. */
const COUNTRY_NAMES = new Set(
  `afghanistan|albania|algeria|angola|argentina|armenia|australia|austria|azerbaijan|bahamas|bahrain|bangladesh|barbados|belarus|belgica|belgique|belgium|belize|benin|bhutan|bolivia|bosnia|bosnia and herzegovina|botswana|brasil|brazil|brunei|bulgaria|burkina faso|burma|burundi|cambodia|cameroon|canada|cape verde|chad|chile|china|colombia|congo|costa rica|cote d’ivoire|cote d'ivoire|croatia|cuba|cyprus|czech republic|czechia|denmark|deutschland|dominica|dominican republic|drc|ecuador|egypt|el salvador|england|eritrea|espana|estonia|eswatini|ethiopia|fiji|finland|france|gabon|gambia|germany|ghana|greece|grenada|guatemala|guinea|guyana|haiti|holland|honduras|hong kong|hungary|iceland|india|indonesia|iran|iraq|ireland|israel|italia|italy|ivory coast|jamaica|japan|jordan|kazakhstan|kenya|korea|kosovo|ksa|kuwait|kyrgyzstan|laos|latvia|lebanon|liberia|libya|lithuania|luxembourg|macau|macedonia|madagascar|malawi|malaysia|maldives|mali|malta|mauritius|mexico|moldova|mongolia|montenegro|morocco|mozambique|myanmar|namibia|nepal|netherlands|new zealand|nicaragua|niger|nigeria|north macedonia|northern ireland|norway|nsw|oman|pakistan|palestine|panama|paraguay|peoples republic of china|peru|philippines|poland|portugal|pr china|qatar|republic of korea|republica dominicana|romania|russia|russian federation|rwanda|saint lucia|saudi arabia|schweiz|scotland|senegal|serbia|sierra leone|singapore|slovakia|slovenia|somalia|south africa|south korea|south sudan|spain|sri lanka|st lucia|sudan|suriname|sweden|switzerland|syria|taiwan|tajikistan|tanzania|thailand|togo|trinidad|trinidad & tobago|trinidad and tobago|tunisia|turkey|turkiye|turkmenistan|uae|uganda|uk|ukraine|united arab emirates|united kingdom|united states|united states of america|uruguay|us|usa|uzbekistan|venezuela|viet nam|vietnam|wales|west indies|yemen|zambia|zimbabwe`.split(
    '|',
  ),
)
