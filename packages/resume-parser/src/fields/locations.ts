/** The states and territories of the US and the provinces of Canada, by code. */
const STATES: Record<string, string> = Object.fromEntries(
  `AL Alabama,AK Alaska,AZ Arizona,AR Arkansas,CA California,CO Colorado,CT Connecticut,DE Delaware,FL Florida,GA Georgia,HI Hawaii,ID Idaho,IL Illinois,IN Indiana,IA Iowa,KS Kansas,KY Kentucky,LA Louisiana,ME Maine,MD Maryland,MA Massachusetts,MI Michigan,MN Minnesota,MS Mississippi,MO Missouri,MT Montana,NE Nebraska,NV Nevada,NH New Hampshire,NJ New Jersey,NM New Mexico,NY New York,NC North Carolina,ND North Dakota,OH Ohio,OK Oklahoma,OR Oregon,PA Pennsylvania,RI Rhode Island,SC South Carolina,SD South Dakota,TN Tennessee,TX Texas,UT Utah,VT Vermont,VA Virginia,WA Washington,WV West Virginia,WI Wisconsin,WY Wyoming,DC District of Columbia,PR Puerto Rico,GU Guam,VI Virgin Islands,AB Alberta,BC British Columbia,MB Manitoba,NB New Brunswick,NL Newfoundland and Labrador,NS Nova Scotia,NT Northwest Territories,NU Nunavut,ON Ontario,PE Prince Edward Island,QC Quebec,SK Saskatchewan,YT Yukon`
    .split(',')
    .map((state) => [state.slice(0, 2), state.slice(3)]),
)
/** Other abbreviations of states. */
const SHORT_NAMES =
  'Ala Ariz Ark Calif Colo Conn Del Fla Ga Ill Ind Kan Ky La Md Mass Mich Minn Miss Mo Mont Neb Nev N.H N.J N.M N.Y N.C N.D Okla Ore Pa Penn R.I S.C S.D Tenn Tex Vt Va Wash W.Va Wis Wyo Ont Que'.split(
    ' ',
  )
const COUNTRIES =
  'USA|U.S.A.|US|U.S.|United States|United States of America|Canada|UK|U.K.|United Kingdom|England|Scotland|Wales|Northern Ireland|Ireland|Australia|New Zealand|Mexico|India|Germany|France|Spain|Italy|Brazil|Philippines'.split(
    '|',
  )
const NAMES = new Set(
  [...Object.values(STATES), 'Québec', 'Calif', 'Tex', 'Fla', 'Mass'].map((name) => name.toLowerCase()),
)
const SHORT = new Set(SHORT_NAMES.map((name) => `${name}.`))
const COUNTRY = new Set(COUNTRIES.map((name) => name.toLowerCase()))

/** US ZIP, Canadian and UK postal codes at the end of a text. */
const POSTAL_CODE =
  /(?:^|[\s,])(\d{5}(?:-\d{4})?|[A-Z]\d[A-Z][ -]?\d[A-Z]\d|(?:GIR ?0AA|[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}))$/
const CITY =
  /^(?:\p{Lu}[\p{L}.'’-]*|de|del|la|las|los|of|upon|on|the|le|du|der|am|sur|\p{Ll}['’]\p{Lu}\p{L}+)(?: (?:\p{Lu}[\p{L}.'’-]*|\p{Ll}['’]\p{Lu}\p{L}+|de|del|la|las|los|of|upon|on|the|le|du|by|sur)){0,4}$/u

/** A city with its state and postal code, as written. */
export interface Location {
  city: string | null
  state: string | null
  postalCode: string | null
  /** The text before the city: a street, or ''. */
  before: string
}

/** Whether a text is a state or a province, by its code or its name. */
export const isState = (text: string): boolean =>
  Object.hasOwn(STATES, text.replace(/^([A-Z])\.([A-Z])\.$/, '$1$2')) ||
  SHORT.has(text) ||
  NAMES.has(text.toLowerCase().replace(/\.$/, ''))

export const isCountry = (text: string): boolean => COUNTRY.has(text.toLowerCase())

/** Parses `[street, ]city, state[ postal code][, country]`; undefined if the text is anything else. */
export function parseLocation(written: string): Location | undefined {
  if (written.length > 160 || !/\p{L}/u.test(written)) return undefined
  const text = /\p{Lu}/u.test(written) ? written : capitalised(written)
  const parts = text
    .split(/[,\t]/)
    .map((part) => part.trim())
    .filter(Boolean)
  let country = false
  const [, without, land] =
    /^(.*\S) (U\.?S\.?(?:A\.?)?|United States(?: of America)?|Canada)$/.exec(parts.at(-1) ?? '') ?? []
  if (parts.length > 1 && without && land) parts.splice(-1, 1, without)
  if (parts.length > 1 && isCountry(parts.at(-1) ?? '')) {
    parts.pop()
    country = true
  }
  let last = parts.pop() ?? ''
  const code = POSTAL_CODE.exec(last)
  const postalCode = code?.[1] ?? null
  if (code) last = last.slice(0, code.index).replace(/,$/, '').trim()
  if (code && last === '') last = parts.pop() ?? ''
  if (isState(last) && parts.length > 0) {
    const city = cityOf(parts.pop() ?? '')
    return city
      ? { ...city, state: last, postalCode, before: [...parts, city.before].filter(Boolean).join(', ') }
      : undefined
  }
  const words = last.split(' ')
  for (const n of [1, 2]) {
    const state = words.slice(-n).join(' ')
    if (words.length <= n || !isState(state) || (state.length > 2 && !code)) continue
    const city = cityOf(words.slice(0, -n).join(' '))
    if (city) return { ...city, state, postalCode, before: [...parts, city.before].filter(Boolean).join(', ') }
  }
  const isUk = postalCode !== null && /^[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}$/.test(postalCode)
  // some sites write `Portland, 97209, United States`
  if (!isUk && !(country && (parts.length === 0 || code))) return undefined
  const county =
    isUk && parts.length > 0 && !/\d/.test(parts.at(-1) ?? '') && CITY.test(parts.at(-1) ?? '') ? last : null
  const city = cityOf(county ? (parts.pop() ?? '') : last)
  return city ? { ...city, state: county, postalCode, before: parts.join(', ') } : undefined
}

/** `austin, tx` with capitals. Codes that are also words stay as they are, unless a postal code follows. */
const capitalised = (text: string) =>
  text
    .replaceAll(/(?<!\p{L})\p{Ll}(?=\p{L}{2})/gu, (first) => first.toUpperCase())
    .replace(
      /(?<=[, ])(?:(?!(?:in|or|me|ok|hi|de|la|al|id|ma|pa|co)$)[a-z]{2}$|[a-z]{2}(?= \d{5}(?:-\d{4})?$))/,
      (code) => code.toUpperCase(),
    )

/** Whether a text is only a place, without a street. */
export function isLocation(text: string): boolean {
  const trimmed = text.trim().replace(/^\((.*)\)$/, '$1')
  if (/^(?:remote|hybrid|on-?site)$/i.test(trimmed)) return true
  const place = parseLocation(trimmed)
  return place !== undefined && place.before === ''
}

/** A text without the place at its end: `Keller Williams, Austin, TX`. */
export function withoutLocation(text: string): string {
  const rest = text.replace(/\s*\(([^()]{2,40})\)$/, (whole, inner: string) =>
    isLocation(inner) || isCountry(inner) ? '' : whole,
  )
  if (isLocation(rest)) return ''
  const dash = rest.lastIndexOf('-')
  // some sites write `Allstate-Charlotte, NC`
  if (dash > 1 && !HYPHENED.test(rest) && isLocation(rest.slice(dash + 1))) return rest.slice(0, dash).trim()
  const parts = rest.split(', ')
  for (const n of [3, 2])
    if (parts.length > n && isLocation(parts.slice(-n).join(', '))) return parts.slice(0, -n).join(', ')
  const last = parts.at(-1) ?? ''
  if (parts.length > 1 && (isLocation(last) || isState(last))) return parts.slice(0, -1).join(', ')
  return rest
}

/** Words in names of schools and companies. */
const NO_CITY =
  /(?<!\p{L})(?:universit\p{L}*|universidad\p{L}*|coll[eè]ge|institut\p{L}*|academy|school|inc|llc|insurance|realty|realtors|properties|bank|group|agency|associates|company|services|financial)(?!\p{L})/iu
/** Cities with a hyphen in their names. */
const HYPHENED =
  /^(?:winston|wilkes|fuquay|dover|milton|stratford|newcastle|saint|sainte|st|ste|notre|trois|sept|baie|mont|carmel|l)-|-(?:sur|upon|de|des|du|la|le|on|the|in|by|under)-/i
const STREET_END =
  /\b(?:st|street|ave|avenue|rd|road|dr|drive|ln|lane|blvd|boulevard|ct|court|way|pl|place|cir|circle|pkwy|parkway|ter|terrace|trl|trail|hwy|highway|sq|square|loop|row|close|crescent|apt\.? ?\w{1,6}|unit \w{1,6}|suite \w{1,6}|ste\.? ?\w{1,6}|#\w{1,6})\.?\s+/i

/** The city at the end of a text that may begin with a street. */
function cityOf(text: string): { city: string; before: string } | undefined {
  if (NO_CITY.test(text) && !/^(?:university|college) (?!of )|^state college$/i.test(text)) return undefined
  if (text.includes('-') && !HYPHENED.test(text)) return undefined
  if (CITY.test(text) && text.length <= 40) return { city: text, before: '' }
  if (!/\d/.test(text)) return undefined
  let [rest, before] = [text, '']
  for (let i = 0; i < 3; i++) {
    const street = STREET_END.exec(rest)
    if (!street) break
    before += rest.slice(0, street.index + street[0].length)
    rest = rest.slice(street.index + street[0].length)
  }
  return before && CITY.test(rest) && rest.length <= 40 ? { city: rest, before: before.trim() } : undefined
}
