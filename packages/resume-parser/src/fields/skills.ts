import { at } from './contact'
import type { ParsedValue } from './parsed'
import type { SectionLine } from './sections'

const MAX_SKILLS = 60
const MAX_WORDS = 6
const CATEGORY = /^[\p{L}\d+&/ .'’()-]{2,40}:(?! ?\d)\s*/u
/** Lines of a skills section that are not skills. */
const HOBBIES = /^(?:interests?|hobbies|hobbies (?:and|&) interests)\s*:/i
const RATING = /[●○◉◯★☆■□▪▫◆◇]+|\b\d{1,3} ?%|\b\d{1,2} ?\/ ?\d{1,2}\b/g
const LEVEL =
  /\s*(?:[(–—:-]\s*)?\b(?:basic|beginner|novice|elementary|intermediate|advanced|expert|proficient|fluent|native|conversational|working knowledge|familiar|experienced|skillful|skilled|competent|excellent|good|(?<=\w.{0,60})bilingual|mother tongue|native speaker|professional working proficiency|limited working proficiency|\d{1,2}\+? ?(?:years?|yrs?))\)?$/i

/** The items of skills sections, always `likely`: each once, without categories, ratings and sentences. */
export function skillsOf(lines: SectionLine[]): ParsedValue[] {
  const skills = new Map<string, ParsedValue>()
  for (const { text, line } of itemsOf(lines)) {
    const value = tidy(text)
    const key = value.toLowerCase()
    if (isSkill(value) && !skills.has(key)) skills.set(key, { value, ...at(line, 'likely') })
    if (skills.size >= MAX_SKILLS) break
  }
  return [...skills.values()]
}

/** The words before the skills in a sentence: `I am proficient in Excel`. */
const LEAD =
  /^(?:(?:i am|i['’]m|i have|my) )?(?:(?:highly|very|also) )?(?:(?:proficient|skilled|experienced?|comfortable|adept|versed|well[- ]versed|knowledgeable|fluent|familiar|trained|working knowledge) (?:in|with|at|of|using)|(?:key )?(?:strengths|skills) (?:are|include)) (?=\S)/i

/**
 * The items of lists: texts between separators, and lines. An item that did not fit into its line continues on the
 * next.
 */
function itemsOf(all: SectionLine[]): { text: string; line: SectionLine }[] {
  const right = new Map<number, number>()
  for (const line of all) right.set(line.block, Math.max(right.get(line.block) ?? 0, line.end))
  const lines = all.filter((line) => line.section === 'skills' && !HOBBIES.test(line.text))
  const items: { text: string; line: SectionLine }[] = []
  lines.forEach((line, i) => {
    const above = lines[i - 1]
    const hasCategory = CATEGORY.test(line.text)
    const [first = '', ...rest] = split(sentencesApart(textOf(line)))
    const last = items.at(-1)
    const isWrapped =
      above &&
      last &&
      above.block === line.block &&
      !line.isBullet &&
      !hasCategory &&
      line.gap < 1.9 &&
      line.cells.length === 1 &&
      !/[,;|•·]\s*$|\p{Ll}\.$/u.test(above.text) &&
      separatorOf(above.text) === (separatorOf(line.text) ?? separatorOf(above.text)) &&
      ((/^\p{Ll}/u.test(line.text) && last.text.split(' ').length > 4) ||
        /(?:[&/(-]|\b(?:and|of|or|for|with|to|in))$/i.test(above.text) ||
        /\([^)]*$/.test(last.text) ||
        (/[,;|•·]/.test(above.text) && above.end - above.x > 0.72 * ((right.get(line.block) ?? 0) - above.x)))
    if (isWrapped && last) last.text += ` ${first}`
    else items.push({ text: first, line })
    items.push(...rest.map((text) => ({ text, line })))
  })
  return items
}

/** The items of a line, without a label such as `Languages:` or a category in its own cell. */
function textOf(line: SectionLine): string {
  const [category, list] = line.cells
  const isBeside = line.cells.length === 2 && /[,;]/.test(list?.text ?? '') && !/[,;]/.test(category?.text ?? '')
  const text = (isBeside ? (list?.text ?? '') : line.text).replace(CATEGORY, '')
  // the list of a sentence ends in `and`
  return LEAD.test(text) ? text.replace(LEAD, '').replace(/,? and (?=[^,;]*$)/, ', ') : text
}

const separatorOf = (text: string) => /[,;|•·]/.exec(text)?.[0]

/** Splits items that full stops end: `Boilers. Yardi. Tenant relations.` */
function sentencesApart(text: string): string {
  const ended = /(?<=[\p{L}\d)]{2})\.\s+(?=\p{L})/gu
  const items = text.split(ended)
  const isList = items.length > 2 || (items.length > 1 && /[,;]/.test(text))
  return isList && items.every((item) => item.split(/[,;]/).every((one) => one.trim().split(' ').length <= 4))
    ? items.join('; ')
    : text
}

/** Splits at separators outside parentheses. */
function split(text: string): string[] {
  const parts: string[] = []
  let depth = 0
  let part = ''
  for (const char of text.replaceAll(/\s[/–—*]\s/g, ';')) {
    if (char === '(') depth++
    if (char === ')') depth = Math.max(0, depth - 1)
    if (/[\t,;|•·●▪■◦∙‣]/.test(char) && (depth === 0 || char === '\t')) {
      parts.push(part)
      part = ''
    } else part += char
  }
  return [...parts, part]
}

const tidy = (text: string): string =>
  text
    .replace(/^[\s\p{Pd}*>•·✓✔]+/u, '')
    .replaceAll(RATING, '')
    .replace(/^(?:and|&) /i, '')
    .replace(LEAD, '')
    .replace(/^(?:fluent|native|bilingual|advanced|proficient|expert)(?: in)? (?=\p{L})/iu, '')
    .replace(CATEGORY, '')
    .trim()
    .replace(LEVEL, '')
    .replace(/[\s.:,–—-]+$/, '')
    .trim()

const isSkill = (text: string): boolean =>
  (text.length > 1 || /^[CR]$/.test(text)) &&
  text.length <= 60 &&
  /\p{L}/u.test(text) &&
  text.split(' ').length <= MAX_WORDS &&
  !/[.!?] \p{Lu}/u.test(text) &&
  !/@|https?:|^references? /i.test(text)
