import { at, contactArea } from './contact'
import { once } from './emails'
import type { ParsedValue } from './parsed'
import type { SectionLine } from './sections'

const MAX_LINKS = 10
const SITES =
  'com|net|org|io|me|co|ca|us|uk|info|biz|dev|pro|site|agency|realtor|realestate|homes|house|realty|insure|insurance|app|page|tech|design|online|properties|estate|link|bio|ly|eu|de|fr|au|nz|ie|edu|tv|ai|xyz|space|works|group|team|life|world|broker|forsale|land|condos|apartments|ee|in|so|es'
const LINK = new RegExp(
  String.raw`(?:https?://)?(?:[a-z\d-]{1,63}\.){1,5}(?:${SITES})\b(?!@)(?::\d{2,5})?(?:[/?#][^\s|•·,;<>"]{0,180})?`,
  'gi',
)
const PROFILE = /^(?:https?:\/\/)?(?:[a-z]{2,3}\.)?(?:linkedin\.com\/(?:in|pub)\/|github\.com\/)/i

/**
 * The owner's links, as absolute URLs. `sure`: a LinkedIn or GitHub profile in the contact area, unless there are two
 * LinkedIn profiles. `likely`: other sites of the contact area, and profiles elsewhere. A site in the text of a job is
 * the employer's and is left out.
 */
export function linksOf(lines: SectionLine[]): ParsedValue[] {
  const area = new Set(contactArea(lines))
  const list = joined(lines).flatMap((line, i, all) => {
    // the rest of an email address
    if (/@$/.test(all[i - 1]?.text ?? '') && all[i - 1]?.block === line.block) return []
    const isContact = area.has(line.original)
    return addressesIn(line.text)
      .filter((link) => line.section !== 'references' && (isContact || PROFILE.test(link)))
      .map((link): ParsedValue => {
        const isSure = isContact && PROFILE.test(link)
        return { value: absolute(link), ...at(line, isSure ? 'sure' : 'likely') }
      })
  })
  const profiles = new Set(
    list.filter((link) => link.certainty === 'sure' && /linkedin/.test(link.value)).map((link) => link.value),
  )
  if (profiles.size > 1) for (const link of list) link.certainty = 'likely'
  return once(list)
    .filter((link) => link.value.length <= 200)
    .slice(0, MAX_LINKS)
}

function addressesIn(text: string): string[] {
  const links = [...text.matchAll(/\blinkedin:? \/?(in\/[\w-]{3,100})/gi)].map(([, path]) => `linkedin.com/${path}`)
  if (!text.includes('.')) return links
  for (const match of text.matchAll(LINK)) {
    const before = text[match.index - 1] ?? ' '
    const after = text[match.index + match[0].length] ?? ' '
    if (/[\p{L}\d@._/-]/u.test(before) || after === '@') continue
    links.push(match[0].replace(/[.,;:)\]'”]+$/, ''))
  }
  return links
}

const absolute = (link: string): string => {
  const url = /^https?:/i.test(link) ? link : `https://${link}`
  return url.replace(/^[^/]+\/\/[^/?#]+/, (host) => host.toLowerCase())
}

/** Joins a link that a narrow column broke over two lines. */
function joined(lines: SectionLine[]): (SectionLine & { original: SectionLine })[] {
  const out: (SectionLine & { original: SectionLine })[] = []
  for (const line of lines) {
    const last = out.at(-1)
    const tail = last?.text.slice(-100) ?? ''
    const isBroken =
      last?.block === line.block &&
      last.part === line.part &&
      line.gap < 1.6 &&
      line.cells.length === 1 &&
      /^[\p{Ll}\d%_-]{2,60}\/?(?: \([^()]{1,20}\))?$/u.test(line.text) &&
      (/(?:\.[a-z]{2,6}\/\S{0,80}[/-]|\/in|\.com\/)$/i.test(tail) ||
        (/\.[a-z]{2,6}\/\S{2,80}$/i.test(tail) && /[\d/-]/.test(line.text)))
    if (last && isBroken)
      out[out.length - 1] = {
        ...last,
        text: last.text + (last.text.endsWith('/in') ? '/' : '') + line.text.split(' ')[0],
      }
    else out.push({ ...line, original: line })
  }
  return out
}
