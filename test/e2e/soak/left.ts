import { type Check, MARGIN } from './run'
import { marksIn, type Person } from './tenants'

/** Says in SQL that the row `t` names something in its account that is not there. */
const gone = (table: string, named: string, key = 'id') =>
  `NOT EXISTS (SELECT 1 FROM ${table} x WHERE x.account_id = t.account_id AND x.${key} = ${named})`
const has = (event: string) =>
  `EXISTS (SELECT 1 FROM events x WHERE x.account_id = t.account_id AND x.prospect_id = t.prospect_id AND x.type = '${event}')`

/** References that are no foreign keys: which rows of a table name what is not there. */
const ORPHANS: Record<string, [table: string, column: string, where: string]> = {
  'events of nobody': ['events', 'seq', `${gone('prospects', 't.prospect_id')} AND NOT ${has('prospect.deleted')}`],
  'events by no key': ['events', 'seq', gone('api_keys', 't.key_id')],
  'events by no user': ['events', 'seq', `user_id IS NOT NULL AND ${gone('users', 't.user_id')}`],
  'deliveries of no event': ['deliveries', 'event_seq', gone('events', 't.event_seq', 'seq')],
  'imports by no key': ['imports', 'id', gone('api_keys', 't.key_id')],
  'labels of nobody': ['prospect_labels', 'prospect_id', gone('prospects', 't.prospect_id')],
  'labels of no stage': ['prospect_labels', 'stage_id', `stage_id <> '' AND ${gone('stages', 't.stage_id')}`],
  'jobs of nobody': ['prospect_jobs', 'prospect_id', gone('prospects', 't.prospect_id')],
  'words of nobody': ['prospect_words', 'prospect_id', gone('prospects', 't.prospect_id')],
  'counts of no stage': ['label_set_counts', 'stage_id', `stage_id <> '' AND ${gone('stages', 't.stage_id')}`],
  'sets of no label': [
    'label_memberships',
    'CAST(label_set AS TEXT)',
    'NOT EXISTS (SELECT 1 FROM labels x WHERE x.weight = t.label_weight)',
  ],
  'answers that never were': ['idempotency_keys', 'key', "status = 0 AND account_id NOT LIKE 'choices of %'"],
  'answers about nobody': [
    'idempotency_keys',
    'key',
    `about LIKE 'prs_%' AND body NOT LIKE '%"erased":true%' AND ${gone('prospects', 't.about')} AND ${gone('merges', 't.about')}`,
  ],
}

export const orphans: Check = function* ({ stored, endedAt }) {
  for (const { table, parent } of stored.rows('PRAGMA foreign_key_check'))
    yield `a row of ${table} refers to no ${parent}`
  for (const [what, [table, column, where]] of Object.entries(ORPHANS)) {
    const found = stored.rows(`SELECT ${column} AS named FROM ${table} t WHERE ${where}`)
    if (found.length > 0) yield `${found.length} ${what}: ${found[0]?.named}`
  }
  const accounts = "SELECT id FROM accounts UNION ALL SELECT 'operator' UNION ALL SELECT 'choices of operator'"
  for (const [table, columns] of stored.tables)
    if (columns.includes('account_id') && table !== 'object_deletions')
      for (const { account_id, n } of stored.rows(
        `SELECT account_id, count(*) AS n FROM ${table} WHERE account_id NOT IN (${accounts}) GROUP BY 1`,
      ))
        yield `${n} rows of ${table} are of no account: ${account_id}`
  const day = 24 * 60 * 60_000
  for (const { key } of stored.rows(
    'SELECT key FROM idempotency_keys WHERE expires_at NOT BETWEEN ?1 AND ?2',
    endedAt,
    endedAt + day,
  ))
    yield `the answer under ${key} is kept too long`
  return stored.tables.size
}

/** Each object is somebody's resume, the file of an import, or on the list of those to be deleted; and these are there. */
export const objects: Check = function* ({ stored, endedAt }) {
  const all = stored.objects()
  const referred = new Set(
    stored
      .rows(
        `SELECT resume ->> 'key' AS key FROM prospects WHERE resume IS NOT NULL
         UNION ALL SELECT account_id || '/imports/' || id FROM imports WHERE status <> 'cancelled'`,
      )
      .map(({ key }) => key as string),
  )
  const listed = new Set(
    stored.rows('SELECT key FROM object_deletions WHERE due_at > ?', endedAt).map(({ key }) => key),
  )
  for (const key of all.keys()) if (!referred.has(key) && !listed.has(key)) yield `nobody refers to ${key}`
  for (const key of referred) if (!all.has(key)) yield `${key} is not there`
  for (const { n } of stored.r2.prepare('SELECT count(*) AS n FROM _mf_multipart_uploads WHERE state = 0').all())
    if (n) yield `${n} uploads in parts have not ended`
  return all.size
}

/**
 * Nothing of people who were erased is in any row or object. The file of an import is kept for seven days, and what was
 * stored by a write that died for an hour.
 */
export const erased: Check = function* ({ stored, tenants }) {
  const gone = new Set<number>()
  for (const t of tenants)
    for (const p of t.people) {
      const root = (of: Person): Person => (of.mergedInto ? root(of.mergedInto) : of)
      const { may } = root(p)
      if (t.deletedAt !== undefined || (may.length === 1 && may[0] === null)) gone.add(p.n)
    }
  const ids = new Set(tenants.flatMap((t) => (t.deletedAt === undefined ? [] : [t.id])))
  const found = function* (where: string, text: string) {
    for (const n of marksIn(text)) if (gone.has(n)) yield `${n} is in ${where}: ${text.slice(0, 300)}`
    for (const id of ids) if (text.includes(id)) yield `${id} is in ${where}: ${text.slice(0, 300)}`
  }
  for (const table of stored.tables.keys())
    if (table !== 'object_deletions') {
      const statement = stored.d1.prepare(`SELECT * FROM ${table}`)
      // keys of label sets are larger than a number of JavaScript's can say
      statement.setReadBigInts(true)
      for (const row of statement.iterate())
        yield* found(
          table,
          JSON.stringify(row, (_, value) => (typeof value === 'bigint' ? String(value) : value)),
        )
    }
  const listed = new Set(stored.rows('SELECT key FROM object_deletions').map(({ key }) => key))
  for (const [key, blob] of stored.objects())
    if (!listed.has(key)) yield* found(key, `${key} ${stored.bytesOf(blob).toString('latin1')}`)
  return gone.size
}

export const idle: Check = function* ({ stored, endedAt }) {
  const under = {
    'objects are due': `object_deletions WHERE due_at <= ${endedAt - MARGIN}`,
    'resumes are to be read': 'resume_readings',
    'things are being moved': 'moves',
    'imports have not ended': 'imports WHERE finished_at IS NULL OR next_at IS NOT NULL',
    'entries are to go to the feed': 'feed_entries',
    'accounts are being erased': 'accounts WHERE erased_at IS NOT NULL',
    'endpoints are recovering': 'webhooks WHERE recover_from IS NOT NULL',
  }
  for (const [what, from] of Object.entries(under)) {
    const [{ n } = { n: 0 }] = stored.rows(`SELECT count(*) AS n FROM ${from}`)
    if (n > 0) yield `${n} ${what}`
  }
  return Object.keys(under).length
}
