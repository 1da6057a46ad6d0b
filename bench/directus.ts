import { DatabaseSync } from 'node:sqlite'
import { LABELS, type Person } from './people.ts'

export const TOKEN = 'token-of-the-bench'

/** Directus's environment: SQLite, and defaults otherwise. */
export const settings = (folder: string, port: number) => ({
  DB_CLIENT: 'sqlite3',
  DB_FILENAME: `${folder}/directus.db`,
  SECRET: 'bench',
  ADMIN_EMAIL: 'admin@example.com',
  ADMIN_PASSWORD: 'password-of-the-bench',
  ADMIN_TOKEN: TOKEN,
  HOST: '127.0.0.1',
  PORT: String(port),
  TELEMETRY: 'false',
  LOG_LEVEL: 'error',
})

const text = (field: string, schema: object = {}) => ({ field, type: 'string', schema })
const indexed = { is_indexed: true }

/** Creates the collections of prospects and labels, and their many-to-many relation, with the Directus API. */
export async function makeCollections(origin: string): Promise<void> {
  const post = async (path: string, body: unknown) => {
    const headers = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' }
    const response = await fetch(origin + path, { method: 'POST', headers, body: JSON.stringify(body) })
    if (!response.ok) throw new Error(`Directus, ${path}: ${await response.text()}`)
  }
  const number = { field: 'id', type: 'integer', schema: { is_primary_key: true, has_auto_increment: true } }
  await post('/collections', {
    collection: 'prospects',
    schema: {},
    meta: {},
    fields: [
      { field: 'id', type: 'uuid', meta: { special: ['uuid'] }, schema: { is_primary_key: true } },
      { field: 'created_at', type: 'timestamp', meta: { special: ['date-created'] }, schema: indexed },
      text('email', { is_unique: true }),
      text('phone', indexed),
      ...['first_name', 'last_name', 'title', 'company', 'city', 'stage'].map((field) => text(field)),
      { field: 'labels', type: 'alias', meta: { special: ['m2m'], interface: 'list-m2m' } },
    ],
  })
  await post('/collections', {
    collection: 'labels',
    schema: {},
    meta: {},
    fields: [number, text('name', { is_unique: true })],
  })
  const key = (field: string, type: string) => ({ field, type, schema: indexed })
  const joins = [number, key('prospects_id', 'uuid'), key('labels_id', 'integer')]
  await post('/collections', { collection: 'prospects_labels', schema: {}, meta: {}, fields: joins })
  const relation = (field: string, related_collection: string, meta: object) =>
    post('/relations', { collection: 'prospects_labels', field, related_collection, meta, schema: {} })
  await relation('prospects_id', 'prospects', { one_field: 'labels', junction_field: 'labels_id' })
  await relation('labels_id', 'labels', { junction_field: 'prospects_id' })
}

/** Writes people into the database of Directus and returns their ids. */
export function fill(folder: string, people: Person[]): string[] {
  const db = new DatabaseSync(`${folder}/directus.db`)
  db.exec('BEGIN')
  const label = db.prepare('INSERT INTO labels (id, name) VALUES (?, ?)')
  for (const [i, name] of LABELS.entries()) label.run(i + 1, name)
  const row = db.prepare(`
    INSERT INTO prospects (id, created_at, email, phone, first_name, last_name, title, company, city, stage)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'New')`)
  const join = db.prepare('INSERT INTO prospects_labels (prospects_id, labels_id) VALUES (?, ?)')
  const start = Date.now() - people.length
  const ids = people.map(({ labels, email, phone, firstName, lastName, title, company, city }, i) => {
    const id = crypto.randomUUID()
    row.run(id, start + i, email, phone, firstName, lastName, title, company, city)
    for (const name of labels) join.run(id, LABELS.indexOf(name) + 1)
    return id
  })
  db.exec('COMMIT')
  db.close()
  return ids
}
