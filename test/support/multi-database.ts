import { applyD1Migrations } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { callsTo } from './configured'
import { rowsOf } from './d1'

/** The bindings of a Worker with three databases. */
export const THREE_DATABASES = { DB: env.DB, DB_1: env.SECOND_DB, DB_2: env.THIRD_DB }
export type Binding = keyof typeof THREE_DATABASES
export const BINDINGS = Object.keys(THREE_DATABASES) as Binding[]

/** A database that cannot be reached. */
const AWAY = {
  withSession: () => {
    throw new Error('D1_ERROR: away')
  },
} as unknown as D1Database
/** Bindings of which only these databases can be reached. */
export const only = (...there: Binding[]) => ({
  ...THREE_DATABASES,
  ...Object.fromEntries(BINDINGS.filter((b) => !there.includes(b)).map((b) => [b, AWAY])),
})

/** Calls of the operator. */
export const operator = (bindings: object = THREE_DATABASES) => callsTo({ key: env.ADMIN_TOKEN }, bindings)
/** Makes an account. */
export const create = (bindings: object = THREE_DATABASES, headers = {}, name = 'Test') =>
  operator(bindings)('POST', '/admin/accounts', { name }, headers)

/** Creates an account in this database: the other databases cannot be reached meanwhile. */
export async function accountIn(binding: Binding) {
  const { json } = await create(only(binding))
  const key: string = json.apiKey.key
  const call = callsTo({ key }, THREE_DATABASES)
  /** Registers an endpoint that has already responded quickly and with a 2xx. */
  const register = async () => {
    const webhook = await call('POST', '/v1/webhooks', { url: 'https://hooks.example.com/in' })
    await THREE_DATABASES[binding]
      .prepare('UPDATE webhooks SET slow_since = NULL, verified_at = 1 WHERE id = ?')
      .bind(webhook.json.id)
      .run()
    return webhook
  }
  const prospect = (body: object = {}, headers = {}) =>
    call('POST', '/v1/prospects', { firstName: 'Pat', lastName: 'Doe', ...body }, headers)
  return { id: json.id as string, apiKey: json.apiKey, key, call, register, prospect }
}

/** The databases that have rows of an account. */
export async function whereIs({ id }: { id: string }): Promise<Binding[]> {
  const found = await Promise.all(
    BINDINGS.map(async (b) => Object.keys(await rowsOf(id, THREE_DATABASES[b])).length > 0 && b),
  )
  return found.filter((b) => b !== false)
}

/** Migrates the databases that only these tests use. */
export async function migrateThree() {
  for (const db of [env.SECOND_DB, env.THIRD_DB]) await applyD1Migrations(db, env.MIGRATIONS)
}
