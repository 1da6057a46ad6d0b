import type { Bind, Condition } from './conditions'
import type { Term } from './search'
import { ADDRESS_FILTERS, type FieldWord, TEXT_FILTERS } from './words'

/** An index that has the ranges `r` of one kind, and what it selects. */
const index = (id: string, table: string, column: string, isOfKind: string) => ({
  id,
  table,
  within: `x.account_id = ?1 AND ${isOfKind} AND ${column} >= r.value ->> 'from' AND ${column} < r.value ->> 'to'`,
})
const WORDS = [index('x.prospect_id', 'prospect_words x', 'x.word', "x.field = r.value ->> 'of'")]
/** The emails and phones of merged duplicates find their survivor. */
const known = (column: 'email' | 'phone') => [
  index('x.id', `prospects x INDEXED BY prospects_${column}`, `x.${column}`, `r.value ->> 'of' = '${column}'`),
  index('x.into_id', `merges x INDEXED BY merges_${column}`, `x.${column}`, `r.value ->> 'of' = '${column}'`),
]

/** How many terms are compared. */
const MOST_COMPARED = 10
/** To find the rarest term, the rows of each term are counted up to this number, and up to the next one if all have more. */
const TRIES = [32, 256, 2048, 16_384, 131_072]

/**
 * The text filters and `q`: at most one condition, for all terms. Each term is some ranges of indexes. The ranges of the
 * rarest of the ten longest terms find prospects, and these are checked for all terms. Adds a CTE that finds the rarest: it
 * reads at most eight times as many rows as that term has, for each term.
 */
export function termConditions(terms: Term[], bind: Bind, ctes: string[]): Condition[] {
  if (terms.length === 0) return []
  const compared = terms
    .map(rangesOf)
    .toSorted(([a], [b]) => (b?.from.length ?? 0) - (a?.from.length ?? 0))
    .slice(0, MOST_COMPARED)
  const ranges = bind(JSON.stringify(compared.flatMap((some, term) => some.map((range) => ({ ...range, term })))))
  const has = (what: keyof Term) => terms.some((term) => term[what].length > 0)
  const indexes = [
    ...(has('words') ? WORDS : []),
    ...(has('phones') ? known('phone') : []),
    ...(has('emails') ? known('email') : []),
  ]
  if (terms.length > 1) {
    const rarestOf = (most: number) => `(
      SELECT term FROM (SELECT r.value ->> 'term' AS term, sum(${indexes
        .map(({ table, within }) => `(SELECT count(*) FROM (SELECT 1 FROM ${table} WHERE ${within} LIMIT ${most}))`)
        .join(' + ')}) AS n FROM json_each(${ranges}) r GROUP BY 1)
      WHERE n < ${most} ORDER BY n LIMIT 1)`
    ctes.push(`rarest AS MATERIALIZED (SELECT coalesce(${TRIES.map(rarestOf).join(', ')}, 0) AS term)`)
  }
  const isRarest = terms.length > 1 ? "r.value ->> 'term' = (SELECT term FROM rarest)" : 'true'
  const arms = indexes.map(
    ({ id, table, within }) =>
      `SELECT ${id} AS id FROM json_each(${ranges}) r CROSS JOIN ${table} ON ${within} WHERE ${isRarest}`,
  )
  return [
    {
      ids: () => `SELECT DISTINCT id FROM (${arms.join(' UNION ALL ')})`,
      check: () => check(terms, bind),
      isWide: terms.length > 1 || terms.some(({ words }) => words.length > 1),
    },
  ]
}

/** The ranges of a term. Of several words, the longest one is searched. */
function rangesOf({ words, phones, emails }: Term) {
  const lengthOf = (some: FieldWord[]) => some[0]?.[1].length ?? 0
  const longest = words.toSorted((a, b) => lengthOf(b) - lengthOf(a))[0] ?? []
  const beginnings = [
    ...longest,
    ...phones.map((phone) => ['phone', phone] as const),
    ...emails.map((email) => ['email', email] as const),
  ]
  return beginnings.map(([of, from]) => ({ of, from, to: `${from}\u{10FFFF}` }))
}

/** Checks all terms in a prospect `p`. */
function check(terms: Term[], bind: Bind): string {
  // `words` is stored as JSON text, so a prefix of a word can be found without parsing it
  const inJson = (word: FieldWord) => JSON.stringify(word).slice(0, -2)
  const ofAddress: string[] = ADDRESS_FILTERS.map((filter) => TEXT_FILTERS[filter])
  const stored = terms.some(({ words }) => words.some((some) => some.some(([field]) => ofAddress.includes(field))))
    ? '(p.words || p.address_words)'
    : 'p.words'
  const inWords = (
    list: string,
  ) => `NOT EXISTS (SELECT 1 FROM json_each(${list}) w WHERE instr(${stored}, w.value ->> 0) = 0
    AND coalesce(instr(p.words, w.value ->> 1), 0) = 0 AND coalesce(instr(p.words, w.value ->> 2), 0) = 0)`
  const begins = (column: 'email' | 'phone') => `EXISTS (
    SELECT 1 FROM json_each(t.value, '$.${column}s') k WHERE substr(p.${column}, 1, length(k.value)) = k.value
      OR EXISTS (SELECT 1 FROM merges m INDEXED BY merges_into WHERE m.account_id = ?1 AND m.into_id = p.id
        AND substr(m.${column}, 1, length(k.value)) = k.value))`
  const asked = terms.map(({ words, ...others }) => ({ words: words.map((some) => some.map(inJson)), ...others }))
  const [plain, others] = [true, false].map((isPlain) =>
    asked.filter(({ phones, emails }) => (phones.length + emails.length === 0) === isPlain),
  ) as [typeof asked, typeof asked]
  const checks = [
    ...(plain.length > 0 ? [inWords(bind(JSON.stringify(plain.flatMap(({ words }) => words))))] : []),
    ...(others.length > 0
      ? [
          `NOT EXISTS (SELECT 1 FROM json_each(${bind(JSON.stringify(others))}) t WHERE NOT (
            json_array_length(t.value, '$.words') > 0 AND ${inWords("t.value, '$.words'")}
            OR ${begins('phone')} OR ${begins('email')}))`,
        ]
      : []),
  ]
  return checks.join(' AND ')
}
