import { env } from 'cloudflare:workers'
import { and, eq } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { openDatabase } from '../../src/db/client'
import { apiKeys, labels } from '../../src/db/schema'
import { newAccount } from '../support/api'

test('a batch of builder queries, SQL text and statements is one round trip and one transaction', async () => {
  const { id } = await newAccount()
  const db = openDatabase(env.DB)
  const label = { accountId: id, id: 'lbl_1', name: 'Hot', nameKey: 'hot', createdAt: 1, updatedAt: 2 }
  const itsLabels = eq(labels.accountId, id)
  const [inserted, keys, names, statement] = await db.batch([
    db.orm.insert(labels).values(label).returning({ id: labels.id, createdAt: labels.createdAt }),
    db.orm.select({ scopes: apiKeys.scopes }).from(apiKeys).where(eq(apiKeys.accountId, id)),
    db.query<{ name: string; n: number }>('SELECT name, ?2 AS n FROM labels WHERE account_id = ?1', id, 7),
    db.d1.prepare('SELECT name_key FROM labels WHERE account_id = ?').bind(id),
  ])
  expect(inserted).toEqual([{ id: 'lbl_1', createdAt: 1 }])
  expect(keys).toEqual([{ scopes: ['read', 'write', 'admin'] }])
  expect(names).toEqual([{ name: 'Hot', n: 7 }])
  expect(statement.results).toEqual([{ name_key: 'hot' }])
  expect(db.cost).toMatchObject({ trips: 1, queries: 4 })

  const lost = db.batch([
    db.orm.delete(labels).where(and(itsLabels, eq(labels.id, 'lbl_1'))),
    db.query("SELECT json('not JSON')"),
  ])
  await expect(lost).rejects.toThrow('malformed JSON')
  expect(await db.orm.select({ name: labels.name }).from(labels).where(itsLabels)).toEqual([{ name: 'Hot' }])
  expect(await db.query<{ name: string }>('SELECT name FROM labels WHERE account_id = ?', id)).toEqual([
    { name: 'Hot' },
  ])
  expect(db.cost).toMatchObject({ trips: 4 })
})
