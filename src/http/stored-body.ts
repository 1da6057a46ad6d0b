import { LONG, LONG_FIELDS } from '../db/long-values'

/** How the body of a stored response is stored: a long value that an event holds too is stored only there. */

/**
 * SQL: which long values of the response `body` about the prospect `about` are also in an event, as `{field: seq}`; null
 * if there are no such values. A long value is stored once, however many responses contain it.
 */
export const sameAs = (body: string, about: string): string => `(
  SELECT json_group_object(f.value, h.seq) FROM (
      SELECT seq, same_as FROM events INDEXED BY events_prospect
      WHERE account_id = ?1 AND prospect_id = ${about} ORDER BY seq DESC LIMIT 1) v
    CROSS JOIN json_each('${JSON.stringify(LONG_FIELDS)}') f
    CROSS JOIN events h ON h.account_id = ?1 AND h.seq = coalesce(v.same_as ->> f.value, v.seq)
  WHERE length(${body} -> f.value) > ${LONG} AND h.data -> ('$.prospect.' || f.value) = ${body} -> f.value
  HAVING count(*) > 0)`

/** SQL: the response `body` without the long values that `same` names. */
export const withoutSame = (body: string, same: string): string =>
  `iif(${same} IS NULL, ${body}, json_replace(${body}, ${LONG_FIELDS.map(
    (field) => `iif(${same} ->> '${field}' IS NULL, '$.none', '$.${field}'), NULL`,
  )}))`

/** SQL: the body of the stored response `k`, with the long values that events hold, in the original order of fields. */
export const STORED_BODY = `iif(k.same_as IS NULL, k.body, json_replace(k.body, ${LONG_FIELDS.map(
  (field) => `iif(k.same_as ->> '${field}' IS NULL, '$.none', '$.${field}'),
    json((SELECT h.data -> '$.prospect.${field}' FROM events h
      WHERE h.account_id = k.account_id AND h.seq = k.same_as ->> '${field}'))`,
)}))`

/** A field of a response whose value is known only inside the batch: a column of the row that the response is about. */
export interface LateField {
  field: string
  table: string
  column: string
}

/** SQL: the response `body` about the row `about`, with the value of its late field. */
export const withLate = (body: string, { field, table, column }: LateField, about: string): string =>
  `json_set(${body}, '$.${field}', (SELECT ${column} FROM ${table} WHERE account_id = ?1 AND id = ${about}))`
