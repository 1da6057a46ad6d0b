import { trim } from '../http/text'

/** Words that begin a last name of several words. */
const PARTICLES = new Set(
  'af av bin da das de degli del della den der di do dos du el ibn la las le les los san santa st ten ter van vom von zu zum zur'.split(
    ' ',
  ),
)
const HONORIFIC = /^(mr|mrs|ms|miss|mx|dr|prof)\.?$/i
const SUFFIX = /^(jr|sr|ii|iii|iv|v|esq|md|phd)\.?$/i

/** White space. Control characters do not count: they stay in the name, and validation rejects the name. */
const SPACES = /[^\S\v\f]+/

/**
 * Splits a full name as people write it: "Ludwig van Beethoven", "Beethoven, Ludwig van", "Dr. Ann Lee Jr.". The last name
 * is the last word, with the particles before it and the suffixes after it. A part that the name lacks is ''.
 */
export function splitFullName(name: string): { firstName: string; lastName: string } {
  const [before = '', ...after] = name.split(',').map((part) => trim(part).split(SPACES).filter(Boolean))
  const behind = after.flat()
  // "Lee, Ann" has the first name behind the comma; "Ann Lee, Jr." has only a suffix there
  if (behind.length > 0 && !behind.every((word) => SUFFIX.test(word))) {
    const suffixes = behind.filter((word) => SUFFIX.test(word))
    const given = withoutHonorifics(behind.filter((word) => !SUFFIX.test(word)))
    return { firstName: given.join(' '), lastName: [...before, ...suffixes].join(' ') }
  }
  const words = [...withoutHonorifics([...before]), ...behind]
  let end = words.length
  while (end > 1 && SUFFIX.test(words[end - 1] ?? '')) end--
  const particle = words.slice(0, end - 1).findIndex((word, i) => i > 0 && PARTICLES.has(word.toLowerCase()))
  const split = Math.max(particle > 0 ? particle : end - 1, 1)
  return { firstName: words.slice(0, split).join(' '), lastName: words.slice(split).join(' ') }
}

const withoutHonorifics = (words: string[]): string[] => {
  const first = words.findIndex((word) => !HONORIFIC.test(word))
  return first > 0 ? words.slice(first) : words
}
