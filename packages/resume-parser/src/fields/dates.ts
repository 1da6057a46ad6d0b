/** A period, and the part of the text that states it. */
export interface PeriodText {
  startDate: string | null
  endDate: string | null
  isCurrent: boolean
  /** The text has only one date, which is in `endDate`. */
  isSingle: boolean
  /** The text ends in a dash after the start, or in a month: the rest may be on the next line. */
  isOpen: boolean
  text: string
  index: number
}

interface DateText {
  value: string
  index: number
  end: number
  /** A form such as `3/18`, which is a date only as one side of a range. */
  isShort: boolean
  /** A month alone; its year is on the other side of the range. */
  month?: string
}

/** The beginnings of the months' names, in English and Spanish. */
const MONTHS = ['jan|ene', 'feb', 'mar', 'apr|abr', 'may', 'jun', 'jul', 'aug|ago', 'sep', 'oct', 'nov', 'dec|dic'].map(
  (start) => new RegExp(`^(?:${start})`, 'i'),
)
const MONTH =
  '(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?|enero|ene|febrero|marzo|abril|abr|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre|dic)'
const YEAR = String.raw`(?:19[4-9]\d|20[0-6]\d)`
const DATE = new RegExp(
  [
    String.raw`\b(?<m1>${MONTH})(?![a-z])\.? ?(?:(?:\d{1,2}(?:st|nd|rd|th)?,? )|(?:(?:of|de) ))?[,/-]? ?(?:(?<y1>${YEAR})\b|['’‘](?<s1>\d\d)\b)`,
    String.raw`\b\d{1,2}(?:st|nd|rd|th)?[ -](?<m8>${MONTH})\b\.?,?[ -](?<y8>${YEAR})\b`,
    String.raw`\b(?<y9>${YEAR}),? (?<m9>${MONTH})\b\.?(?!,? ?(?:${YEAR}|['’‘]?\d\d\b))`,
    String.raw`\b(?:1[3-9]|2\d|3[01])[/.-](?<m4>0?[1-9]|1[0-2])[/.-](?<y6>${YEAR})\b`,
    String.raw`\b(?<m5>0?[1-9]|1[0-2])/(?:0?[1-9]|[12]\d|3[01])/(?<s5>\d\d)\b(?!/)`,
    String.raw`\b(?<y2>${YEAR})[-/.](?<m2>0[1-9]|1[0-2])(?:[-/.]\d\d)?\b(?![-/]\d)`,
    String.raw`\b(?<m3>0?[1-9]|1[0-2])(?:[.-]| ?/ ?)(?:(?:0?[1-9]|[12]\d|3[01])[/.-])?(?<y3>${YEAR})\b`,
    String.raw`\b(?:spring|summer|fall|autumn|winter|q[1-4])s?[, ] ?(?<y4>${YEAR})\b`,
    String.raw`(?:\bFY ?|\b)(?<y5>${YEAR})\b`,
    String.raw`['’‘](?<s4>\d\d)\b(?!['’‘])`,
    String.raw`\b(?<m6>0?[1-9]|1[0-2])/(?<s6>\d\d)\b(?!/)`,
    String.raw`\b(?<m7>${MONTH})\b(?:[ -](?<s7>\d\d)\b(?!,))?`,
  ].join('|'),
  'gi',
)
const YEARS = /^\s*(?:,|&|\/)\s*$/
const RANGE = /^\s*(?:[-–—−~→‒]{1,3}|>|(?<=\s)\/(?=\s)|\b(?:to|until|till|through|thru|and|a|al|hasta)\b)\s*/i
const NOW =
  /^(?:\((?:present|current|now)\)|(?:until |till |to )?(?:the )?present(?:e\b)?(?: day)?|actual(?:idad)?\b|pres\b|currently|current|(?:until |till )?(?:now|today)|to[ -]?date|till date|date\b|ongoing|on-going)/i
const SINCE = /\b(?:since|from|starting|started)\s*:?\s*$/i
const UNTIL = /\b(?:until|till|through|to)\s*$/i
/** The end before the start, as some resumes have it. */
const NOW_BEFORE = /\b(?:present|current|now)\s*[-–—]\s*$/i
const SHORT_END = /^\s*[-–—/]\s*(\d\d)\b(?![/.-]?\d)/
const NOT_A_DATE = /[#$£€@\d,][\d.,]*$/

/** The periods of a line, in order: `Jan 2018 – Present`, `03/2015-11/2017`, `2012`, `since 2020`. */
export function periodsOf(line: string): PeriodText[] {
  const text = line.slice(0, 1000)
  const dates = datesOf(text)
  const periods: PeriodText[] = []
  for (let i = 0; i < dates.length && periods.length < 20; i++) {
    const date = dates[i]
    if (!date) break
    const next = dates[i + 1]
    const rest = text.slice(date.end)
    const range = RANGE.exec(rest)
    const add = (startDate: string | null, endDate: string | null, to: number, more: Partial<PeriodText> = {}) => {
      const before = text.slice(0, date.index)
      const from = (SINCE.exec(before) ?? NOW_BEFORE.exec(before))?.index ?? date.index
      const found = { startDate, endDate, index: from, text: text.slice(from, to) }
      periods.push({ isCurrent: false, isSingle: false, isOpen: false, ...found, ...more })
    }
    const between = next ? text.slice(date.end, next.index) : ''
    if (next && range && range[0].length === between.length && !next.month) {
      const start = date.month ? `${next.value.slice(0, 4)}-${date.month}` : date.value
      // the later date before the earlier, as some resumes have it
      const [from, to] =
        start > next.value && start.length === next.value.length ? [next.value, start] : [start, next.value]
      add(from, to, next.end)
      i++
      continue
    }
    if (
      next?.month &&
      range &&
      range[0].length === between.length &&
      /^\s*(?:$|\t)/.test(text.slice(next.end)) &&
      !date.month
    ) {
      add(date.value, null, next.end, { isOpen: true })
      i++
      continue
    }
    const more = dates[i + 2]
    const isList = next && more && YEARS.test(text.slice(next.end, more.index))
    if (
      next &&
      YEARS.test(between) &&
      !isList &&
      /^\d{4}$/.test(date.value) &&
      /^\d{4}$/.test(next.value) &&
      next.value > date.value
    ) {
      add(date.value, next.value, next.end)
      i++
      continue
    }
    if (date.month) continue
    const now = range && NOW.exec(rest.slice(range[0].length))
    if (range && now) {
      add(date.value, null, date.end + range[0].length + now[0].length, { isCurrent: true })
      continue
    }
    const parens = /^\s*\((?:present|current|now)\)/i.exec(rest)
    if (parens) {
      add(date.value, null, date.end + parens[0].length, { isCurrent: true })
      continue
    }
    if (date.isShort) continue
    const short = /^\d{4}$/.test(date.value) ? SHORT_END.exec(rest) : null
    if (
      short &&
      Number(short[1]) > Number(date.value.slice(2)) &&
      Number(short[1]) <= Number(date.value.slice(2)) + 40
    ) {
      add(date.value, date.value.slice(0, 2) + short[1], date.end + short[0].length)
      continue
    }
    const before = text.slice(0, date.index)
    const open = /^\s*(?:[-–—]|to)\s*(?:$|\t|[)\]])/.exec(rest)
    if (SINCE.test(before)) add(date.value, null, date.end, { isCurrent: true })
    else if (open) add(date.value, null, date.end + open[0].trimEnd().length, { isCurrent: true, isOpen: true })
    else if (NOW_BEFORE.test(before)) add(date.value, null, date.end, { isCurrent: true })
    else if (UNTIL.test(before)) add(null, date.value, date.end)
    else add(null, date.value, date.end, { isSingle: true })
  }
  return periods
}

/** Whether a text is only a word for "until now". */
export const isNow = (text: string): boolean =>
  NOW.exec(text.trim())?.[0].length === text.trim().length && text.trim() !== ''

function datesOf(text: string): DateText[] {
  const dates: DateText[] = []
  for (const match of text.matchAll(DATE)) {
    if (dates.length >= 40) break
    const g = match.groups ?? {}
    const year = g.y1 ?? g.y2 ?? g.y3 ?? g.y4 ?? g.y5 ?? g.y6 ?? g.y8 ?? g.y9
    const short = g.s1 ?? g.s4 ?? g.s5 ?? g.s6 ?? g.s7
    const month = monthOf(g.m1 ?? g.m2 ?? g.m3 ?? g.m4 ?? g.m5 ?? g.m6 ?? g.m7 ?? g.m8 ?? g.m9)
    const end = match.index + match[0].length
    const before = text.slice(Math.max(0, match.index - 12), match.index)
    if (/\d/.test(match[0][0] ?? '') && (NOT_A_DATE.test(before) || /^[\d,.%+]*\d|^[%+]/.test(text.slice(end))))
      continue
    if (!year && !short) {
      if (month && g.m7) dates.push({ value: '', index: match.index, end, isShort: true, month })
      continue
    }
    const full = year ?? (Number(short) > 60 ? '19' : '20') + short
    const value = month ? `${full}-${month}` : full
    dates.push({ value, index: match.index, end, isShort: !year && !g.s1 })
  }
  return dates
}

function monthOf(text: string | undefined): string | undefined {
  if (!text) return undefined
  const number = /^\d/.test(text) ? Number(text) : MONTHS.findIndex((month) => month.test(text)) + 1
  return String(number).padStart(2, '0')
}
