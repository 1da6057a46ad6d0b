import { LONG, LONG_FIELDS } from '../db/long-values'

/**
 * An event's `data` is a snapshot of its prospect, and most events leave the prospect's long values as they were. Such a
 * value is stored once: an event is stored without the long values that an earlier event of the prospect has too. Its
 * column `same_as` names that event for each of them, `{field: seq}`, and how many `bytes` the data is with them.
 */

/**
 * The long values in each of the events that are to be recorded together: field → which of those events is the first of
 * its prospect with the same value, null if it is this one. Undefined where there are none.
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
 * SQL: an array of the `same_as` of event `e` that is to be recorded, `{prospectId, data, long}` in JSON, `start` the seq
 * of the first of them; null where it has none. The last event of the prospect has its values or names who has; they are compared, so that this is exact whoever
 * wrote them. Reads at most six rows for each long value.
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

/** SQL: `data` without the values that `sameAs` names. */
export const withoutLong = (data: string, sameAs: string): string => `
  iif(${sameAs} IS NULL, ${data}, json_remove(${data}, ${LONG_FIELDS.map(
    (field) => `iif(${sameAs} ->> '${field}' IS NULL, '$.none', '$.prospect.${field}')`,
  )}))`

/** SQL: the data of a recorded event `e`, whole. Reads one row for each value that another event has. */
export const DATA = `
  iif(e.same_as IS NULL, e.data, json_insert(e.data, ${LONG_FIELDS.map(
    (field) => `'$.prospect.${field}', json((SELECT h.data -> '$.prospect.${field}' FROM events h
      WHERE h.account_id = e.account_id AND h.seq = e.same_as ->> '${field}'))`,
  )}))`

/** SQL: how many bytes that is. */
export const DATA_BYTES = `coalesce(e.same_as ->> 'bytes', octet_length(e.data))`
