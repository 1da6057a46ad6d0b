import { applyD1Migrations } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { callsTo } from './configured'
import { rowsOf } from './d1'

/** What a Worker of three databases is bound to. */
export const THREE_DATABASES = { DB: env.DB, DB_1: env.SECOND_DB, DB_2: env.THIRD_DB }
export type Binding = keyof typeof THREE_DATABASES
export const BINDINGS = Object.keys(THREE_DATABASES) as Binding[]

/** Answers nothing. */
const AWAY = {
  withSession: () => {
    throw new Error('D1_ERROR: away')
  },
} as unknown as D1Database
/** All but these are away. */
export const only = (...there: Binding[]) => ({
  ...THREE_DATABASES,
  ...Object.fromEntries(BINDINGS.filter((b) => !there.includes(b)).map((b) => [b, AWAY])),
})

/** Calls of the operator. */
export const operator = (bindings: object = THREE_DATABASES) => callsTo({ key: env.ADMIN_TOKEN }, bindings)
/** Makes an account. */
export const create = (bindings: object = THREE_DATABASES, headers = {}, name = 'Test') =>
  operator(bindings)('POST', '/admin/accounts', { name }, headers)

/** An account in this database: the others are away while it is made. */
export async function accountIn(binding: Binding) {
  const { json } = await create(only(binding))
  const key: string = json.apiKey.key
  const call = callsTo({ key }, THREE_DATABASES)
  /** An endpoint that has answered before, quickly and with a 2xx. */
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

/** In which databases there is something of an account. */
export async function whereIs({ id }: { id: string }): Promise<Binding[]> {
  const found = await Promise.all(
    BINDINGS.map(async (b) => Object.keys(await rowsOf(id, THREE_DATABASES[b])).length > 0 && b),
  )
  return found.filter((b) => b !== false)
}

/** Migrates the databases that other tests have not. */
export async function migrateThree() {
  for (const db of [env.SECOND_DB, env.THIRD_DB]) await applyD1Migrations(db, env.MIGRATIONS)
}
