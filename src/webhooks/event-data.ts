import { LONG, LONG_FIELDS } from '../db/long-values'

/*
 * The `data` of an event is a snapshot of its prospect. Most events do not change the prospect's long values, so each long
 * value is stored once: an event is stored without the long values that an earlier event of the prospect has. Its column
 * `same_as` is JSON: `{field: seq}` names the event that has the value, and `bytes` is the size of the data with all values.
 */

/**
 * For each new event, its long values: field → the index of the earlier new event of the same prospect that has the same
 * value, or null if there is no such event. Undefined for an event without long values.
 */
export function longValuesIn(
  events: { prospectId: string; data: object }[],
): (Record<string, number | null> | undefined)[] {
  const first = new Map<string, number>()
  return events.map(({ prospectId, data }, n) => {
    const { prospect = {} } = data as { prospect?: Record<string, unknown> }
    const found = LONG_FIELDS.flatMap((field) => {
      const json = JSON.stringify(prospect[field] ?? null)
      if (json.length <= LONG) return []
      const value = `${prospectId} ${field} ${json}`
      const earlier = first.get(value) ?? null
      if (earlier === null) first.set(value, n)
      return [[field, earlier]]
    })
    return found.length > 0 ? Object.fromEntries(found) : undefined
  })
}

/**
 * SQL: a JSON array that holds the `same_as` of a new event, or null if it has none. `e.value` is the event as JSON,
 * `{prospectId, data, long}`, and `start.seq` is the seq of the first new event. The last stored event of the prospect has
 * the values or names the events that have them. The values are compared, so that an event never names a different value.
 * It reads at most six rows for each long value.
 */
export const SAME_AS = `
  CASE WHEN e.value ->> 'long' IS NOT NULL THEN (
    SELECT json_array(json_group_object(field, seq)) FROM (
      SELECT f.key AS field, coalesce(
        (SELECT h.seq FROM events h WHERE h.account_id = ?1 AND h.seq = coalesce(v.same_as ->> f.key, v.seq)
          AND h.data ->> ('$.prospect.' || f.key) = e.value ->> ('$.data.prospect.' || f.key)),
        start.seq + f.value) AS seq
      FROM json_each(e.value, '$.long') f LEFT JOIN (
        SELECT seq, same_as FROM events INDEXED BY events_prospect
        WHERE account_id = ?1 AND prospect_id = e.value ->> 'prospectId' ORDER BY seq DESC LIMIT 1) v)
    WHERE seq IS NOT NULL HAVING count(*) > 0) END`

/** SQL: `data` without the long values that `sameAs` names. Both parameters are SQL. */
export const withoutLongValues = (data: string, sameAs: string): string => `
  iif(${sameAs} IS NULL, ${data}, json_remove(${data}, ${LONG_FIELDS.map(
    (field) => `iif(${sameAs} ->> '${field}' IS NULL, '$.none', '$.prospect.${field}')`,
  )}))`

/** SQL: the whole data of a stored event `e`. It reads one row for each value that another event has. */
export const EVENT_DATA = `
  iif(e.same_as IS NULL, e.data, json_insert(e.data, ${LONG_FIELDS.map(
    (field) => `'$.prospect.${field}', json((SELECT h.data -> '$.prospect.${field}' FROM events h
      WHERE h.account_id = e.account_id AND h.seq = e.same_as ->> '${field}'))`,
  )}))`

/** SQL: the size of `EVENT_DATA`, in bytes. */
export const EVENT_DATA_BYTES = `coalesce(e.same_as ->> 'bytes', octet_length(e.data))`
