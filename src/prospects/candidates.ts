import type { Database } from '../db/client'
import { abortIf } from '../db/errors'
import { announceObject } from '../files/announce'
import type { IdempotentRequest } from '../http/factory'
import { findUsedKey, KeyAlreadyUsed } from '../http/idempotency'
import { nameKey } from '../http/text'
import { type CustomFields, fieldsUnless, learnFields, recallFields } from './custom-fields'
import { usersIn } from './custom-values'
import type { NamedItem, References } from './plan'
import { BYTES, COLUMNS, JOINS, type ProspectRecord, type ProspectRow, type Stage, toRecord } from './prospect'
import type { NewFile } from './resume'
import type { Change, WriteRequest } from './write-request'

/**
 * The read of the write path: the candidates of all requests, and what the requests refer to. SQL text, because one
 * statement reads for a whole list of requests.
 */

/**
 * How many bytes of candidates one round trip reads if there are many requests. It always reads the candidates of the
 * first request.
 */
const MAX_BYTES = 1024 * 1024

/** Of the survivors whose merged duplicates had the request's phone: the first one with an id above this one. */
const survivorAfter = (id: string) => `
  SELECT into_id AS id FROM merges INDEXED BY merges_phone
  WHERE account_id = ?1 AND phone = r.value ->> 'phone' AND into_id > ${id} ORDER BY into_id LIMIT 1`

/**
 * The candidates `o` of each request `r`: the prospects that it can match. `?2` has the ids, emails and phones of the
 * requests. The docstring of `planWrites` lists the candidates that it needs.
 */
const CANDIDATES = `
  FROM json_each(?2) r CROSS JOIN json_each(json_array(
    coalesce((SELECT into_id FROM merges WHERE account_id = ?1 AND id = r.value ->> 'mergedId'), r.value ->> 'id'),
    (SELECT id FROM prospects INDEXED BY prospects_email WHERE account_id = ?1 AND email = r.value ->> 'email'),
    (SELECT id FROM prospects INDEXED BY prospects_phone
      WHERE account_id = ?1 AND phone = r.value ->> 'phone' ORDER BY id LIMIT 1),
    (SELECT id FROM prospects INDEXED BY prospects_phone
      WHERE account_id = ?1 AND phone = r.value ->> 'phone' ORDER BY id LIMIT 1 OFFSET 1),
    (SELECT id FROM prospects INDEXED BY prospects_phone_only
      WHERE account_id = ?1 AND phone = r.value ->> 'phone' AND email IS NULL ORDER BY id LIMIT 1),
    (SELECT into_id FROM merges INDEXED BY merges_email WHERE account_id = ?1 AND email = r.value ->> 'email'),
    (${survivorAfter("''")}),
    (${survivorAfter(`(${survivorAfter("''")})`)}),
    (WITH RECURSIVE survivors AS (
        SELECT id FROM (${survivorAfter("''")})
        UNION ALL SELECT (${survivorAfter('survivors.id')}) FROM survivors WHERE survivors.id IS NOT NULL)
      SELECT p.id FROM survivors
        CROSS JOIN prospects p ON p.account_id = ?1 AND p.id = survivors.id AND p.email IS NULL LIMIT 1)
  )) o WHERE o.value IS NOT NULL`
const CANDIDATES_CTE = `candidates AS MATERIALIZED (SELECT DISTINCT o.value AS id ${CANDIDATES})`

/** `aliases` has only those emails and phones of merged duplicates that a request names. `?3` lists what the requests name. */
const CANDIDATE_COLUMNS = `${COLUMNS},
    (SELECT json_object(
        'emails', json_group_array(DISTINCT m.email) FILTER (WHERE m.email IN (SELECT value FROM json_each(?3, '$.emails'))),
        'phones', json_group_array(DISTINCT m.phone) FILTER (WHERE m.phone IN (SELECT value FROM json_each(?3, '$.phones'))))
      FROM merges m WHERE m.account_id = p.account_id AND m.into_id = p.id) AS aliases`

const READ_CANDIDATES = `
  WITH ${CANDIDATES_CTE}
  SELECT ${CANDIDATE_COLUMNS} FROM candidates
    CROSS JOIN prospects p ON p.account_id = ?1 AND p.id = candidates.id ${JOINS}`

/** The candidates of the first requests, up to `MAX_BYTES`, and the number of the first request that is left out. */
const READ_CANDIDATES_WITHIN_BOUND = `
  WITH candidates AS MATERIALIZED (SELECT o.value AS id, min(r.key) AS request ${CANDIDATES} GROUP BY o.value),
  measured AS MATERIALIZED (
    SELECT candidates.id, request, coalesce(
      sum(${BYTES}) OVER (ORDER BY request RANGE BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) > ${MAX_BYTES} AS isLeft
    FROM candidates CROSS JOIN prospects p ON p.account_id = ?1 AND p.id = candidates.id)
  SELECT (SELECT min(request) FROM measured WHERE isLeft) AS firstLeft, ${CANDIDATE_COLUMNS} FROM measured
    CROSS JOIN prospects p ON p.account_id = ?1 AND p.id = measured.id ${JOINS}
  WHERE NOT isLeft`

/** Aborts a batch if the candidates of `?2`, or their versions, are not those of `?3`, which were read. */
export const ABORT_IF_CHANGED = `
  WITH ${CANDIDATES_CTE}
  ${abortIf(`?3 <> (SELECT json_group_array(v) FROM (
    SELECT p.id || ' ' || p.version AS v FROM candidates
      CROSS JOIN prospects p ON p.account_id = ?1 AND p.id = candidates.id ORDER BY p.id))`)}`

const STAGE = `json_object('id', s.id, 'name', s.name, 'pipelineId', s.pipeline_id)`
const idsIn = (table: string) => `
  (SELECT json_group_array(t.id) FROM json_each(?2, '$.${table}') k
    CROSS JOIN ${table} t ON t.account_id = a.id AND t.id = k.value) AS ${table}`

/** The most names that an error can list. */
const MAX_LISTED = 100
const listedIfAny = (names: string) => `iif(json_array_length(?2, '$.${names}') > 0, ${MAX_LISTED}, 0)`

/**
 * Those of the ids and names in `?2` that the account has, and its custom fields, unless `?3` is the version of its catalog.
 * Returns no row if the account does not exist any more.
 */
const READ_REFERENCES = `
  SELECT
    (SELECT ${STAGE} FROM pipelines d
      CROSS JOIN stages s ON s.account_id = a.id AND s.id = d.default_stage_id
      WHERE d.account_id = a.id AND d.id = a.default_pipeline_id) AS defaultStage,
    (SELECT json_group_array(${STAGE}) FROM json_each(?2, '$.stages') k
      CROSS JOIN stages s ON s.account_id = a.id AND s.id = k.value) AS stages,
    (SELECT json_group_array(${STAGE}) FROM json_each(?2, '$.pipelines') k
      CROSS JOIN pipelines d ON d.account_id = a.id AND d.id = k.value
      CROSS JOIN stages s ON s.account_id = a.id AND s.id = d.default_stage_id) AS pipelines,
    (SELECT json_group_array(${STAGE}) FROM json_each(?2, '$.stageNames') k
      CROSS JOIN stages s ON s.account_id = a.id AND s.name_key = k.value) AS stagesNamed,
    (SELECT json_group_array(json_array(d.name_key, json(${STAGE}))) FROM json_each(?2, '$.pipelineNames') k
      CROSS JOIN pipelines d ON d.account_id = a.id AND d.name_key = k.value
      CROSS JOIN stages s ON s.account_id = a.id AND s.id = d.default_stage_id) AS pipelinesNamed,
    (SELECT json_group_array(json_object('name', name, 'pipelineId', pipeline_id)) FROM (
      SELECT name, pipeline_id FROM stages WHERE account_id = a.id ORDER BY position, name_key, id
      LIMIT ${listedIfAny('stageNames')})) AS stageList,
    (SELECT json_group_array(name) FROM (
      SELECT name FROM pipelines WHERE account_id = a.id ORDER BY position, name_key, id
      LIMIT ${listedIfAny('pipelineNames')})) AS pipelineList,
    ${['sources', 'offices', 'users', 'jobs'].map(idsIn).join(',')},
    (SELECT json_group_array(json_object('id', l.id, 'name', l.name, 'nameKey', l.name_key))
      FROM json_each(?2, '$.labels') k CROSS JOIN labels l ON l.account_id = a.id AND l.name_key = k.value) AS labels,
    (SELECT json_group_array(json_object('id', t.id, 'nameKey', t.name_key))
      FROM json_each(?2, '$.sourceNames') k
      CROSS JOIN sources t ON t.account_id = a.id AND t.name_key = k.value) AS sourceNames,
    (SELECT json_group_array(json_array(m.id, m.into_id))
      FROM json_each(?2, '$.ids') k CROSS JOIN merges m ON m.account_id = a.id AND m.id = k.value) AS merges,
    iif(?2 ->> 'areMany', (SELECT count(*) FROM webhooks w INDEXED BY webhooks_live
      WHERE w.account_id = a.id AND w.deleted_at IS NULL AND w.disabled_at IS NULL), 0) AS endpoints,
    a.catalog_version AS catalogVersion, a.catalog_size AS catalogSize,
    ${fieldsUnless('?3')} AS customFields
  FROM accounts a WHERE a.id = ?1`

/** A row of `READ_REFERENCES`: lists as JSON. */
type ReferencesRow = Record<Exclude<keyof References, Numbers | 'customFields'>, string> &
  Pick<References, Numbers> & { customFields: string | null }
type Numbers = 'catalogVersion' | 'catalogSize' | 'endpoints'

/** What a plan is made from, and what its commit compares. */
export interface ReadState {
  /** The first requests, or all: those whose candidates were read. */
  requests: WriteRequest[]
  /** Their ids, emails and phones, as JSON: the parameter by which `ABORT_IF_CHANGED` finds the candidates again. */
  identifiers: string
  candidates: ProspectRecord[]
  references: References
}

/**
 * Reads the candidates of the requests, and what the requests refer to, in one round trip. Returns null if the account does
 * not exist any more. If a request brings a file, the same round trip announces its key. Throws `KeyAlreadyUsed` if the
 * idempotency key has a stored response.
 */
export async function readCandidates(
  db: Database,
  accountId: string,
  {
    requests,
    idempotent,
    file,
    now,
  }: { requests: WriteRequest[]; idempotent?: IdempotentRequest | undefined; file?: NewFile | undefined; now: number },
): Promise<ReadState | null> {
  // each value is looked up once, for the first request that has it
  const [ids, emails, phones] = [new Set<string>(), new Set<string>(), new Set<string>()]
  const firstUse = (seen: Set<string>, value: string | null | undefined) =>
    value && seen.size < seen.add(value).size ? value : undefined
  const identifiers = requests.map(({ target, change }) => {
    const id = firstUse(ids, target.id)
    // a row of an import can have the id of a merged duplicate: it is about the survivor
    const mergedId = target.match ? id : undefined
    return { id, mergedId, email: firstUse(emails, change.email), phone: firstUse(phones, change.phone?.e164) }
  })
  const aliases = JSON.stringify({ emails: [...emails], phones: [...phones] })
  const references = queryReferences(db, accountId, requests, ids)
  const statement = requests.length > 2 ? READ_CANDIDATES_WITHIN_BOUND : READ_CANDIDATES
  const [referred, candidates, usedKey] = await db.d1.batch([
    references.statement,
    db.d1.prepare(statement).bind(accountId, JSON.stringify(identifiers), aliases),
    ...(idempotent ? [findUsedKey(db, accountId, idempotent, now)] : []),
    ...(file ? [announceObject(db, accountId, { key: file.key, now })] : []),
  ])
  if (idempotent && usedKey?.results.length) throw new KeyAlreadyUsed()
  const found = referred && references.from(referred)
  if (!found || !candidates) return null
  const rows = candidates.results as (ProspectRow & { firstLeft?: number | null })[]
  const count = rows[0]?.firstLeft ?? requests.length
  return {
    requests: requests.slice(0, count),
    identifiers: JSON.stringify(identifiers.slice(0, count)),
    candidates: rows.map(({ firstLeft: _, ...row }) => toRecord(row, found.customFields)),
    references: found,
  }
}

/**
 * The statement that reads what the requests refer to, and which of the prospects with these ids were merged. `from` takes its
 * result; it returns undefined if the account does not exist any more.
 */
export function queryReferences(
  { d1 }: Database,
  accountId: string,
  requests: WriteRequest[],
  ids = new Set<string>(),
): { statement: D1PreparedStatement; from(result: D1Result): References | undefined } {
  const known = recallFields(accountId)
  return {
    statement: d1.prepare(READ_REFERENCES).bind(accountId, JSON.stringify(namesIn(requests, ids)), known.version),
    from({ results }) {
      const row = results[0] as ReferencesRow | undefined
      return row && toReferences(row, learnFields(accountId, known, row.catalogVersion, row.customFields).fields)
    },
  }
}

/** What the requests refer to, by kind: ids, or name keys. */
function namesIn(requests: WriteRequest[], ids: Set<string>) {
  const all = (valuesOf: (change: Change) => (string | null | undefined)[]) => [
    ...new Set(requests.flatMap(({ change }) => valuesOf(change)).filter((value) => value)),
  ]
  return {
    areMany: requests.length > 1,
    ids: [...ids],
    stages: all(({ stageId }) => [stageId]),
    pipelines: all(({ stageId, pipelineId }) => [stageId ? null : pipelineId]),
    stageNames: all(({ stageId, stage }) => [stageId ? null : stage && nameKey(stage)]),
    pipelineNames: all(({ stageId, pipelineId, pipeline }) => [
      stageId || pipelineId ? null : pipeline && nameKey(pipeline),
    ]),
    sources: all(({ sourceId }) => [sourceId]),
    offices: all(({ officeId }) => [officeId]),
    users: all(({ userId, custom }) => [userId, ...usersIn(custom)]),
    jobs: all(({ jobId, jobIds = [] }) => [jobId, ...jobIds]),
    labels: all(({ labels = [], addLabels, removeLabels }) => [...labels, ...addLabels, ...removeLabels].map(nameKey)),
    sourceNames: all(({ newSourceName }) => [newSourceName && nameKey(newSourceName)]),
  }
}

function toReferences(row: ReferencesRow, customFields: CustomFields): References {
  const list = <T>(column: keyof ReferencesRow): T[] => JSON.parse((row[column] as string | null) ?? '[]')
  const [labels, sources] = [list<NamedItem>('labels'), list<NamedItem>('sourceNames')]
  const stagesNamed = list<Stage>('stagesNamed')
  const pipelinesNamed = new Map(list<[string, Stage]>('pipelinesNamed'))
  return {
    defaultStage: JSON.parse(row.defaultStage ?? 'null'),
    stages: new Map([...list<Stage>('stages'), ...stagesNamed].map((stage) => [stage.id, stage])),
    pipelines: new Map(
      [...list<Stage>('pipelines'), ...pipelinesNamed.values()].map((stage) => [stage.pipelineId, stage]),
    ),
    stagesNamed: Map.groupBy(stagesNamed, ({ name }) => nameKey(name)),
    pipelinesNamed,
    stageList: list('stageList'),
    pipelineList: list('pipelineList'),
    sources: new Set(list<string>('sources')),
    offices: new Set(list<string>('offices')),
    users: new Set(list<string>('users')),
    jobs: new Set(list<string>('jobs')),
    labels: new Map(labels.map(({ nameKey, id, name }) => [nameKey, { id, name }])),
    sourceNames: new Map(sources.map(({ nameKey, id }) => [nameKey, id])),
    merges: new Map(list<[string, string]>('merges')),
    customFields,
    catalogVersion: row.catalogVersion,
    catalogSize: row.catalogSize,
    endpoints: row.endpoints,
  }
}
