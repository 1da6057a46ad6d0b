// The baseline: the six calls of the bench and nothing else. It has no framework, validation, ORM or API keys, and one
// account. It reads and writes the same rows as the service (timeline, outbox, words and counters), with SQL written for
// these calls and as few round trips as possible. `baseline-worker.js` runs it on D1, `baseline-server.mjs` in Fastify with
// SQLite in the same process.

/**
 * Handles a call `{method, id, query, body}`. `db` has `all(sql, values)` and `batch([sql, values][])`. Resolves to
 * `[status, body]`.
 */
export async function respond(db, account, { method, id, query, body }) {
  if (method === 'POST') return create(db, account, body)
  if (method === 'PATCH') return update(db, account, id, body)
  if (id) return [200, toProspect((await db.all(BY_ID, [account, id]))[0])]
  if (query.email) return list(await db.all(BY_EMAIL, [account, query.email]))
  if (query.label) return list(await db.all(BY_LABELS, [account, ...query.label.split(',')]))
  const ranges = query.name.split(' ').flatMap((word) => [word, `${word}\u{10FFFF}`])
  return list(await db.all(BY_NAME, [account, ...ranges]))
}

const list = (rows) => [200, { prospects: rows.map(toProspect), totalCount: rows[0]?.total ?? 0, nextPageToken: null }]

const SHOWN = `
  p.*, s.name AS stageName, s.pipeline_id AS pipelineId,
  (SELECT json_group_array(l.name) FROM json_each(p.labels) k
    CROSS JOIN labels l ON l.account_id = p.account_id AND l.id = k.value) AS labelNames`
const STAGE = 'LEFT JOIN stages s ON s.account_id = p.account_id AND s.id = p.stage_id'

const BY_ID = `SELECT ${SHOWN} FROM prospects p ${STAGE} WHERE p.account_id = ?1 AND p.id = ?2`
const BY_EMAIL = `
  SELECT ${SHOWN}, 1 AS total FROM prospects p INDEXED BY prospects_email ${STAGE}
  WHERE p.account_id = ?1 AND p.email = ?2`
const labelId = (n) => `(SELECT id FROM labels WHERE account_id = ?1 AND name_key = ?${n})`
const labelWeight = (n) => `(SELECT weight FROM labels WHERE account_id = ?1 AND name_key = ?${n})`
const newest = (n) => `SELECT id FROM (SELECT prospect_id AS id FROM prospect_labels
  WHERE account_id = ?1 AND label_id = ${labelId(n)} ORDER BY prospect_id DESC LIMIT 25)`
const BY_LABELS = `
  WITH page AS MATERIALIZED (${newest(2)} UNION ${newest(3)} ORDER BY id DESC LIMIT 25),
    total AS MATERIALIZED (SELECT sum(c.n) AS n
      FROM (SELECT label_set FROM label_memberships WHERE label_weight = ${labelWeight(2)}
        UNION SELECT label_set FROM label_memberships WHERE label_weight = ${labelWeight(3)}) m
      CROSS JOIN label_set_counts c ON c.account_id = ?1 AND c.label_set = m.label_set)
  SELECT ${SHOWN}, total.n AS total FROM page CROSS JOIN total
    CROSS JOIN prospects p ON p.account_id = ?1 AND p.id = page.id ${STAGE} ORDER BY p.id DESC`
const words = (from) => `SELECT prospect_id AS id FROM prospect_words
  WHERE account_id = ?1 AND field = 'n' AND word >= ?${from} AND word < ?${from + 1}`
const BY_NAME = `
  WITH matched AS MATERIALIZED (${words(2)} INTERSECT ${words(4)}),
    page AS MATERIALIZED (SELECT id FROM matched ORDER BY id DESC LIMIT 25)
  SELECT ${SHOWN}, (SELECT count(*) FROM matched) AS total FROM page
    CROSS JOIN prospects p ON p.account_id = ?1 AND p.id = page.id ${STAGE} ORDER BY p.id DESC`

const toProspect = (row) => ({
  id: row.id,
  firstName: row.first_name,
  lastName: row.last_name,
  email: row.email,
  phone: row.phone,
  currentStage: row.stageName,
  currentStageId: row.stage_id,
  pipelineId: row.pipelineId,
  labels: JSON.parse(row.labelNames),
  title: row.title,
  company: row.company,
  licenseStatus: row.license_status,
  notes: row.notes,
  streetAddress: row.street_address,
  city: row.city,
  state: row.state,
  postalCode: row.postal_code,
  officeId: row.office_id,
  sourceId: row.source_id,
  jobIds: JSON.parse(row.jobs),
  createdByUserId: row.created_by_user_id,
  updatedByUserId: row.updated_by_user_id,
  resume: null,
  version: row.version,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
})

const READ_FOR_CREATE = `
  SELECT s.id AS stageId, s.name AS stageName, s.pipeline_id AS pipelineId,
    (SELECT json_group_array(json_object('id', l.id, 'name', l.name)) FROM json_each(?4) k
      CROSS JOIN labels l ON l.account_id = a.id AND l.name_key = lower(k.value)) AS labels,
    (SELECT id FROM prospects WHERE account_id = a.id AND email = ?2) AS byEmail,
    (SELECT id FROM prospects WHERE account_id = a.id AND phone = ?3 AND email IS NULL LIMIT 1) AS byPhone
  FROM accounts a
    CROSS JOIN pipelines d ON d.account_id = a.id AND d.id = a.default_pipeline_id
    CROSS JOIN stages s ON s.account_id = a.id AND s.id = d.default_stage_id
  WHERE a.id = ?1`
const INSERT = `
  INSERT INTO prospects (account_id, id, first_name, last_name, email, phone, stage_id, labels, title, company, city,
    words, created_at, updated_at)
  VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?13)`
const RECORD = `
  INSERT INTO events (account_id, seq, nonce, type, prospect_id, muted, key_id, source, data)
  SELECT ?1, max(?2 * 1000, coalesce((SELECT max(seq) FROM events WHERE account_id = ?1), 0) + 1), ?3, ?4, ?5, 0,
    'key', 'api', ?6`
const DELIVER = `
  INSERT INTO deliveries (account_id, webhook_id, event_seq, status, next_at)
  SELECT e.account_id, w.id, e.seq, 'pending', ?2
  FROM (SELECT account_id, seq FROM events WHERE account_id = ?1 ORDER BY seq DESC LIMIT 1) e
    CROSS JOIN webhooks w ON w.account_id = e.account_id WHERE w.disabled_at IS NULL`

let counter = 0
const newId = (now) =>
  `prs_${now.toString(36)}${(counter++).toString(36).padStart(5, '0')}${crypto.randomUUID().slice(0, 8)}`

async function create(db, account, body) {
  const now = Date.now()
  const email = body.email.toLowerCase()
  const phone = `+1${body.phone.replaceAll(/\D/g, '')}`
  const [read] = await db.all(READ_FOR_CREATE, [account, email, phone, JSON.stringify(body.labels)])
  const { stageId, stageName, pipelineId, labels: found, byEmail, byPhone } = read
  if (byEmail ?? byPhone) return [200, { id: byEmail ?? byPhone }]
  const labels = JSON.parse(found)
  const fields = { c: body.company, n: `${body.firstName} ${body.lastName}`, t: body.title }
  const searched = Object.entries(fields).flatMap(([field, text]) =>
    [...new Set(text.toLowerCase().match(/\w+/g))].sort().map((word) => [field, word]),
  )
  const row = {
    id: newId(now),
    ...{ first_name: body.firstName, last_name: body.lastName, email, phone, stage_id: stageId },
    ...{ labels: JSON.stringify(labels.map(({ id }) => id).sort()), title: body.title, company: body.company },
    ...{ city: body.city, words: JSON.stringify(searched), created_at: now },
  }
  const shown = { stageName, pipelineId, labelNames: JSON.stringify(labels.map(({ name }) => name)), jobs: '[]' }
  const prospect = toProspect({ ...EMPTY, ...row, ...shown, version: 1, updated_at: now })
  await db.batch([
    [INSERT, [account, ...Object.values(row)]],
    ...outbox(account, 'prospect.created', now, prospect, { prospect }),
  ])
  return [201, prospect]
}

const UPDATE = `
  UPDATE prospects SET city = ?3, version = version + 1, updated_at = ?4 WHERE account_id = ?1 AND id = ?2 AND version = ?5`

async function update(db, account, id, { city }) {
  const now = Date.now()
  const [row] = await db.all(BY_ID, [account, id])
  const prospect = toProspect({ ...row, city, version: row.version + 1, updated_at: now })
  const changes = { city: { from: row.city, to: city } }
  await db.batch([
    [UPDATE, [account, id, city, now, row.version]],
    ...outbox(account, 'prospect.updated', now, prospect, { prospect, changes }),
  ])
  return [200, prospect]
}

const outbox = (account, type, now, { id }, data) => [
  [RECORD, [account, now, crypto.randomUUID().slice(0, 10), type, id, JSON.stringify(data)]],
  [DELIVER, [account, now]],
]

/** The columns that are null in a new prospect. */
const EMPTY = Object.fromEntries(
  'license_status notes street_address state postal_code office_id source_id created_by_user_id updated_by_user_id'
    .split(' ')
    .map((column) => [column, null]),
)
