import { env } from 'cloudflare:workers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { accountWithEverything, type FullAccount } from '../support/account-with-everything'
import { rows, tables } from '../support/d1'
import { holdQueue, thaw } from '../support/endpoint'

/** The database rejects rows that refer to another account's objects. So even wrong code cannot connect two accounts. */

interface ForeignKey {
  table: string
  parent: string
  from: string[]
  to: string[]
}

/** Every foreign key of the schema. */
async function foreignKeys(): Promise<ForeignKey[]> {
  const found = await Promise.all(
    (await tables()).map(async ({ name }) => {
      const columns = await rows<{ id: number; table: string; from: string; to: string }>(
        `PRAGMA foreign_key_list(${name})`,
      )
      return [...Map.groupBy(columns, ({ id }) => id).values()].map((key) => ({
        table: name,
        parent: key[0]?.table ?? '',
        from: key.map(({ from }) => from),
        to: key.map(({ to }) => to),
      }))
    }),
  )
  return found.flat()
}

const primaryKeyOf = async (table: string) =>
  (await rows<{ name: string }>('SELECT name FROM pragma_table_info(?) WHERE pk > 0 ORDER BY pk', table)).map(
    ({ name }) => name,
  )

/**
 * What tables begin with that do not begin with the account. A credential is known by its id, and an account is what all
 * else is in. A label's weight is looked up in the account by the statement that reads its memberships.
 */
const FIRST: Record<string, string> = { accounts: 'id', api_keys: 'id', label_memberships: 'label_weight' }

/** What names something and is no reference: it may be gone. Nothing is looked up by it outside of its account. */
const NO_REFERENCES = [
  ...['events.prospect_id', 'events.key_id', 'events.user_id', 'imports.key_id', 'moves.from_id', 'moves.key_id'],
  ...['moves.to_id', 'label_set_counts.stage_id', 'prospect_labels.stage_id'],
  ...['prospect_jobs.prospect_id', 'prospect_labels.prospect_id', 'prospect_words.prospect_id'],
  'prospect_custom.prospect_id',
]

let ours: FullAccount
let theirs: FullAccount

beforeAll(async () => {
  holdQueue()
  ours = await accountWithEverything('ours')
  theirs = await accountWithEverything('theirs')
}, 60_000)
afterAll(thaw)

test('the primary key of every table begins with the account', async () => {
  for (const { name } of await tables()) {
    const [first] = await primaryKeyOf(name)
    expect([name, first]).toEqual([name, FIRST[name] ?? 'account_id'])
  }
})

test('every reference is a foreign key that includes the account', async () => {
  const keys = await foreignKeys()
  for (const { table, parent, from, to } of keys)
    expect([table, parent, from[0], to[0]]).toEqual([
      table,
      parent,
      table === 'accounts' ? 'id' : 'account_id',
      parent === 'accounts' ? 'id' : 'account_id',
    ])
  const columns = (await tables()).flatMap(({ name, columns }) => columns.map((column) => [name, column] as const))
  const referring = columns.filter(([, column]) => column.endsWith('_id') && column !== 'account_id')
  const free = referring.filter(([table, column]) => !keys.some((k) => k.table === table && k.from.includes(column)))
  expect(free.map((one) => one.join('.')).sort()).toEqual([...NO_REFERENCES].sort())
})

test('each foreign key rejects a reference to another account', async () => {
  const keys = await foreignKeys()
  expect(keys.length).toBeGreaterThan(20)
  for (const { table, parent, from, to } of keys) {
    const own = table === 'accounts' ? 'id' : 'account_id'
    const key = (await primaryKeyOf(table)).join(', ')
    const [last, named] = [from.at(-1), to.at(-1)]
    const theirOwn =
      parent === 'accounts' ? `'acct_never'` : `(SELECT ${named} FROM ${parent} WHERE account_id = ?2 LIMIT 1)`
    const forge = env.DB.prepare(
      `UPDATE ${table} SET ${last} = ${theirOwn} WHERE (${key}) IN (SELECT ${key} FROM ${table} WHERE ${own} = ?1 LIMIT 1)
         AND ?2 IS NOT NULL`,
    ).bind(ours.account.id, theirs.account.id)
    // a deferred foreign key fails when the transaction ends, and D1 then gives no reason
    await expect(forge.run(), `${table} (${from}) → ${parent}`).rejects.toThrow(
      /FOREIGN KEY constraint failed|internal error|a key never changes/,
    )
  }
  expect(await rows('PRAGMA foreign_key_check')).toEqual([])
})

describe.each(['labels', 'jobs'])('%s of a prospect', (table) => {
  test('cannot be another account’s', async () => {
    const forge = env.DB.prepare(
      `UPDATE prospects SET ${table} = (SELECT json_array(id) FROM ${table} WHERE account_id = ?2 LIMIT 1) WHERE account_id = ?1`,
    ).bind(ours.account.id, theirs.account.id)
    await expect(forge.run()).rejects.toThrow('FOREIGN KEY constraint failed')
  })
})
