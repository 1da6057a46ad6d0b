import type { Database } from '../db/client'
import { abortIf } from '../db/errors'
import { CATALOG_IS_FULL } from '../db/quotas'
import { announceObject } from '../files/announce'
import type { IdempotentRequest } from '../http/factory'
import { claimKey, findUsedKey, KeyAlreadyUsed, type StoredResponse, storeResponse } from '../http/idempotency'
import { nameKey } from '../http/text'
import { type Committed, committedIn, type Origin, type Outbox, recordEvents } from '../webhooks/events'
import { columnOf, type FieldName, REPORTED_FIELDS, searchedBy } from './field-names'
import { LABEL_WEIGHT } from './labels'
import type { NamedItem, Plan, References } from './plan'
import { BYTES, COLUMNS, JOINS, type ProspectRecord, type ProspectRow, type Stage, toRecord } from './prospect'
import type { NewFile } from './resume'
import { searchWords } from './words'
import type { Change, WriteRequest } from './write-request'

/** What the write path reads and writes, as sets of rows: SQL text, for it is one statement however many rows. */

/** How much of prospects one trip reads for many rows, bytes: those whom the first reaches, and others up to this. */
const MOST_READ = 1024 * 1024

/** The oldest survivor beyond one of a merge of somebody with the row's phone: one look-up, however many were merged. */
const survivorAfter = (id: string) => `
  SELECT into_id AS id FROM merges INDEXED BY merges_phone
  WHERE account_id = ?1 AND phone = r.value ->> 'phone' AND into_id > ${id} ORDER BY into_id LIMIT 1`

/** Whoever a row can be about: `?2` is the rows' ids, emails and phones. See `foldRows` for why these. */
const CANDIDATES = `
  FROM json_each(?2) r CROSS JOIN json_each(json_array(
    coalesce((SELECT into_id FROM merges WHERE account_id = ?1 AND id = r.value ->> 'was'), r.value ->> 'id'),
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
const CANDIDATES_CTE = `reached AS MATERIALIZED (SELECT DISTINCT o.value AS id ${CANDIDATES})`

/** What merged duplicates were known by is read as far as the rows name it: `?3` is the emails and phones that they name. */
const CANDIDATE_COLUMNS = `${COLUMNS},
    (SELECT json_object(
        'emails', json_group_array(DISTINCT m.email) FILTER (WHERE m.email IN (SELECT value FROM json_each(?3, '$.emails'))),
        'phones', json_group_array(DISTINCT m.phone) FILTER (WHERE m.phone IN (SELECT value FROM json_each(?3, '$.phones'))))
      FROM merges m WHERE m.account_id = p.account_id AND m.into_id = p.id) AS aliases`

const READ_CANDIDATES = `
  WITH ${CANDIDATES_CTE}
  SELECT ${CANDIDATE_COLUMNS} FROM reached
    CROSS JOIN prospects p ON p.account_id = ?1 AND p.id = reached.id ${JOINS}`

/** Of more rows than the two of a merge: the people of as many of the first as are not too much, and the first that is left out. */
const READ_CANDIDATES_WITHIN_BOUND = `
  WITH reached AS MATERIALIZED (SELECT o.value AS id, min(r.key) AS row ${CANDIDATES} GROUP BY o.value),
  measured AS MATERIALIZED (
    SELECT reached.id, coalesce(sum(${BYTES}) OVER (ORDER BY row RANGE BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0)
      > ${MOST_READ} AS isLeft, row
    FROM reached CROSS JOIN prospects p ON p.account_id = ?1 AND p.id = reached.id)
  SELECT (SELECT min(row) FROM measured WHERE isLeft) AS firstLeft, ${CANDIDATE_COLUMNS} FROM measured
    CROSS JOIN prospects p ON p.account_id = ?1 AND p.id = measured.id ${JOINS}
  WHERE NOT isLeft`

/** Ends the batch if those whom the rows reach are not those, or not the versions, that were read. */
const SAME_AS_READ = `
  WITH ${CANDIDATES_CTE}
  ${abortIf(`?3 <> (SELECT json_group_array(v) FROM (
    SELECT p.id || ' ' || p.version AS v FROM reached
      CROSS JOIN prospects p ON p.account_id = ?1 AND p.id = reached.id ORDER BY p.id))`)}`

const STAGE = `json_object('id', s.id, 'name', s.name, 'pipelineId', s.pipeline_id)`
const idsIn = (table: string) => `
  (SELECT json_group_array(t.id) FROM json_each(?2, '$.${table}') k
    CROSS JOIN ${table} t ON t.account_id = a.id AND t.id = k.value) AS ${table}`

/** What of what the rows refer to the account has: `?2` names it. No row: the account is gone. */
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
    ${['sources', 'offices', 'users', 'jobs'].map(idsIn).join(',')},
    (SELECT json_group_array(json_object('id', l.id, 'name', l.name, 'nameKey', l.name_key))
      FROM json_each(?2, '$.labels') k CROSS JOIN labels l ON l.account_id = a.id AND l.name_key = k.value) AS labels,
    (SELECT json_group_array(json_object('id', t.id, 'nameKey', t.name_key))
      FROM json_each(?2, '$.sourceNames') k
      CROSS JOIN sources t ON t.account_id = a.id AND t.name_key = k.value) AS sourceNames,
    (SELECT json_group_array(json_array(m.id, m.into_id))
      FROM json_each(?2, '$.ids') k CROSS JOIN merges m ON m.account_id = a.id AND m.id = k.value) AS merges,
    a.catalog_version AS catalogVersion, a.catalog_size AS catalogSize
  FROM accounts a WHERE a.id = ?1`

/**
 * What of the account the rows can reach; null if the account is gone. Of many rows it may be what the first ones reach:
 * `rows` are those. Announces the file that a row brings. One trip.
 */
export async function readCandidates(
  db: Database,
  accountId: string,
  rows: WriteRequest[],
  repeatable: IdempotentRequest | undefined,
  file: NewFile | undefined,
  now: number,
) {
  const { d1 } = db
  // each is looked up for the first row that gives it
  const [ids, emails, phones] = [new Set<string>(), new Set<string>(), new Set<string>()]
  const first = (set: Set<string>, value: string | null | undefined) =>
    value && set.size < set.add(value).size ? value : undefined
  const targets = rows.map(({ target, change }) => {
    const id = first(ids, target.id)
    // a row of an import may name a duplicate that was merged, and means its survivor
    const was = target.match ? id : undefined
    return { id, was, email: first(emails, change.email), phone: first(phones, change.phone?.e164) }
  })
  const about = JSON.stringify({ emails: [...emails], phones: [...phones] })
  const named = (pick: (change: Change) => (string | null | undefined)[]) => [
    ...new Set(rows.flatMap(({ change }) => pick(change)).filter((v) => v)),
  ]
  const names = JSON.stringify({
    ids: [...ids],
    stages: named(({ stageId }) => [stageId]),
    pipelines: named(({ stageId, pipelineId }) => [stageId ? null : pipelineId]),
    sources: named(({ sourceId }) => [sourceId]),
    offices: named(({ officeId }) => [officeId]),
    users: named(({ userId }) => [userId]),
    jobs: named(({ jobId, jobIds = [] }) => [jobId, ...jobIds]),
    labels: named(({ labels = [], addLabels, removeLabels }) =>
      [...labels, ...addLabels, ...removeLabels].map(nameKey),
    ),
    sourceNames: named(({ newSourceName }) => [newSourceName && nameKey(newSourceName)]),
  })
  const [references, people, made] = await d1.batch([
    d1.prepare(READ_REFERENCES).bind(accountId, names),
    d1
      .prepare(rows.length > 2 ? READ_CANDIDATES_WITHIN_BOUND : READ_CANDIDATES)
      .bind(accountId, JSON.stringify(targets), about),
    ...(repeatable ? [findUsedKey(db, accountId, repeatable, now)] : []),
    ...(file ? [announceObject(db, accountId, { key: file.key, now })] : []),
  ])
  if (repeatable && made?.results.length) throw new KeyAlreadyUsed()
  const row = references?.results[0] as Record<string, string> | undefined
  if (!row || !people) return null
  const found = people.results as (ProspectRow & { firstLeft?: number | null })[]
  const count = found[0]?.firstLeft ?? rows.length
  return {
    rows: rows.slice(0, count),
    keys: JSON.stringify(targets.slice(0, count)),
    references: toReferences(row),
    people: found.map(({ firstLeft: _, ...person }) => toRecord(person)),
  }
}

function toReferences(row: Record<string, string>): References {
  const list = <T>(column: string): T[] => JSON.parse(row[column] ?? '[]')
  const [labels, sources] = [list<NamedItem>('labels'), list<NamedItem>('sourceNames')]
  return {
    defaultStage: JSON.parse(row.defaultStage ?? 'null'),
    stages: new Map(list<Stage>('stages').map((stage) => [stage.id, stage])),
    pipelines: new Map(list<Stage>('pipelines').map((stage) => [stage.pipelineId, stage])),
    sources: new Set(list<string>('sources')),
    offices: new Set(list<string>('offices')),
    users: new Set(list<string>('users')),
    jobs: new Set(list<string>('jobs')),
    labels: new Map(labels.map(({ nameKey, id, name }) => [nameKey, { id, name }])),
    sourceNames: new Map(sources.map(({ nameKey, id }) => [nameKey, id])),
    merges: new Map(list<[string, string]>('merges')),
    catalogVersion: Number(row.catalogVersion),
    catalogSize: Number(row.catalogSize),
  }
}

/** Fields that a write can change. Each has a column of its own. */
const WRITTEN_FIELDS: FieldName[] = [...REPORTED_FIELDS.filter((name) => name !== 'updatedByUserId'), 'currentStageId']

/** Columns of `prospects` that a write sets → the fields whose changes change them. */
const FIELDS_OF_COLUMN: Record<string, FieldName[]> = {
  ...Object.fromEntries(WRITTEN_FIELDS.map((name) => [columnOf(name), [name]])),
  words: [...searchedBy('name'), ...searchedBy('title'), ...searchedBy('company')],
}

/** A record as a row of `prospects`, in JSON: column → value. */
const toColumns = (record: ProspectRecord) => {
  const values = {
    ...record,
    currentStageId: record.stage?.id ?? null,
    labels: JSON.stringify(record.labels.map(({ id }) => id)),
    jobIds: JSON.stringify(record.jobIds),
    resume: record.resume && JSON.stringify(record.resume),
  }
  const written = [...WRITTEN_FIELDS, 'updatedByUserId', 'version', 'createdAt'] as (keyof typeof values & FieldName)[]
  return {
    id: record.id,
    ...Object.fromEntries(written.map((name) => [columnOf(name), values[name]])),
    words: JSON.stringify(searchWords(record)),
  }
}

/**
 * Later than every commit before it in the account, whatever the clock says, so that a client that asks for what changed
 * since misses nothing. Events stay when a prospect is erased, and say how late it had changed.
 */
const COMMIT_TIME = `max(?3, coalesce((SELECT max(updated_at) + 1 FROM prospects WHERE account_id = ?1), 0),
  coalesce((SELECT max(seq) / 1000 + 1 FROM events WHERE account_id = ?1), 0))`

const NAMED = {
  id: "value ->> 'id'",
  name: "value ->> 'name'",
  name_key: "value ->> 'nameKey'",
  created_at: '?3',
  updated_at: '?3',
}
const insertNamed = (table: 'labels' | 'sources', sets: Record<string, string>) => `
  INSERT INTO ${table} (account_id, ${Object.keys(sets).join(', ')})
  SELECT ?1, ${Object.values(sets).join(', ')} FROM json_each(?2)`

function insertProspects(): string {
  const columns = ['id', ...Object.keys(FIELDS_OF_COLUMN), 'updated_by_user_id', 'version', 'created_at']
  return `
    INSERT INTO prospects (account_id, ${columns.join(', ')}, updated_at)
    SELECT ?1, ${columns.map((column) => `value ->> '${column}'`).join(', ')}, ${COMMIT_TIME} FROM json_each(?2) WHERE true
    RETURNING id, updated_at AS updatedAt`
}

/** Sets only the columns that some row changes: each one set is written anew in every index that it is part of. */
function updateProspects(changed: Plan['changed']): string {
  const columns = Object.keys(FIELDS_OF_COLUMN).filter((column) =>
    FIELDS_OF_COLUMN[column]?.some((field) => changed.has(field)),
  )
  const sets = [...columns, 'updated_by_user_id', 'version'].map((column) => `${column} = r.value ->> '${column}'`)
  return `
    UPDATE prospects AS p SET ${sets.join(', ')}, updated_at = ${COMMIT_TIME}
    FROM (SELECT ?1 AS account_id, value FROM json_each(?2)) r
    WHERE p.account_id = r.account_id AND p.id = r.value ->> 'id'
    RETURNING id, updated_at AS updatedAt`
}

/** What a merge does to the duplicate: `?2` is {id, into, email, phone}. Its timeline goes on as the survivor's. */
const MERGE_STATEMENTS = [
  `INSERT INTO merges (account_id, id, into_id, email, phone)
    SELECT ?1, value ->> 'id', value ->> 'into', value ->> 'email', value ->> 'phone' FROM json_each(?2)`,
  `UPDATE merges INDEXED BY merges_into
    SET into_id = (SELECT value ->> 'into' FROM json_each(?2) WHERE value ->> 'id' = into_id)
    WHERE account_id = ?1 AND into_id IN (SELECT value ->> 'id' FROM json_each(?2))`,
  `UPDATE events SET prospect_id = r.value ->> 'into' FROM json_each(?2) r
    WHERE account_id = ?1 AND prospect_id = r.value ->> 'id'`,
  `UPDATE idempotency_keys SET about = r.value ->> 'into' FROM json_each(?2) r
    WHERE account_id = ?1 AND about = r.value ->> 'id'`,
  `DELETE FROM prospects WHERE account_id = ?1 AND id IN (SELECT value ->> 'id' FROM json_each(?2))`,
]

/**
 * Commits a plan in one batch, `progress` in front: all of it, or nothing and an error if what it was folded from is no
 * longer so.
 * Fills in the records' `updatedAt`, which is known only now, and returns what is to be sent.
 */
export async function commitPlan(
  db: Database,
  outbox: Outbox,
  accountId: string,
  origin: Origin,
  now: number,
  read: { keys: string; people: ProspectRecord[] },
  plan: Plan,
  repeat?: { repeatable: IdempotentRequest; answer: StoredResponse; about: string },
  progress: D1PreparedStatement[] = [],
): Promise<Committed & { kept?: string | undefined }> {
  const set = (sql: string, rows: object[]) =>
    rows.length === 0
      ? []
      : [db.d1.prepare(sql).bind(accountId, JSON.stringify(rows), ...(sql.includes('?3') ? [now] : []))]
  const versions = read.people.map((p) => `${p.id} ${p.version}`).sort()
  const merged = plan.merged.map(({ record: { id, email, phone }, into }) => ({ id, into, email, phone }))
  const writes = [
    db.d1.prepare(SAME_AS_READ).bind(accountId, read.keys, JSON.stringify(versions)),
    ...set(insertNamed('labels', { ...NAMED, weight: LABEL_WEIGHT }), plan.labels),
    ...set(insertNamed('sources', NAMED), plan.sources),
    ...(plan.labels.length + plan.sources.length > 0 ? [db.d1.prepare(abortIf(CATALOG_IS_FULL)).bind(accountId)] : []),
    ...MERGE_STATEMENTS.flatMap((sql) => set(sql, merged)),
    // first who gives an email up, then who takes it
    ...set(updateProspects(plan.changed), [...plan.updated.values()].map(toColumns)),
    ...set(insertProspects(), [...plan.created.values()].map(toColumns)),
  ]
  const results = await db.d1.batch<{ id: string; updatedAt: number }>([
    ...progress,
    ...(repeat ? claimKey(db, accountId, repeat.repeatable, now) : []),
    ...writes,
    ...(repeat
      ? storeResponse(db, accountId, repeat.repeatable, { ...repeat.answer, about: repeat.about, late: UPDATED_AT })
      : []),
    ...(plan.events.length > 0 ? recordEvents(db, outbox, { accountId, origin, now, events: plan.events }) : []),
  ])
  const rows = results.flatMap((r) => r.results) as { id?: string; updatedAt?: number; body?: string }[]
  const committed = new Map(rows.map(({ id, updatedAt }) => [id, updatedAt]))
  for (const { record } of plan.outcomes)
    if (!read.people.includes(record)) record.updatedAt = committed.get(record.id) ?? record.updatedAt
  return {
    ...committedIn(results),
    kept: rows.find(({ body }) => body !== undefined)?.body,
  }
}

const UPDATED_AT = { field: 'updatedAt', table: 'prospects', column: 'updated_at' }
