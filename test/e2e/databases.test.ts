import { afterAll, expect, test } from 'vitest'
import { call, cleanUp, configWith, migratedFolder, OPERATOR, startBuilt, startService } from './service'

afterAll(cleanUp)

test('a database that is added to a running service is migrated, and gets the next account', async () => {
  const folder = migratedFolder()
  const person = (n: number) => ({ firstName: 'Ann', lastName: `Lee ${n}`, notes: 'x'.repeat(20_000) })
  const before = await startBuilt(folder)
  const old = (await call(before.origin, OPERATOR, 'POST', '/admin/accounts', { name: 'Old' })).json
  for (let n = 0; n < 5; n++) await call(before.origin, old.apiKey.key, 'POST', '/v1/prospects', person(n))
  await before.kill()

  const after = await startService(folder, [
    '--no-seed',
    `--var=ADMIN_TOKEN:${OPERATOR}`,
    `--config=${configWith('DB_1')}`,
  ])
  const young = (await call(after.origin, OPERATOR, 'POST', '/admin/accounts', { name: 'Young' })).json
  expect([old.id.slice(0, 7), young.id.slice(0, 7)]).toEqual(['acct_00', 'acct_01'])
  await call(after.origin, young.apiKey.key, 'POST', '/v1/prospects', person(0))
  for (const [{ apiKey }, totalCount] of [
    [old, 5],
    [young, 1],
  ])
    expect((await call(after.origin, apiKey.key, 'GET', '/v1/prospects')).json.totalCount).toBe(totalCount)
  const { items } = (await call(after.origin, OPERATOR, 'GET', '/admin/accounts')).json
  expect(items.map(({ id }: { id: string }) => id)).toEqual([young.id, old.id])
  expect(after.output()).not.toContain('"level":"error"')
})
