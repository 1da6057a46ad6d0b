import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { openDatabase } from '../../src/db/client'
import { indexProspects } from '../../src/prospects/index-prospects'
import { type Account, newAccount } from '../support/api'
import { rows } from '../support/d1'

/** Code before migration 0016 wrote prospects: it did not set the sort key, and no words of the address. */

const namesBy = async ({ list }: Account, query: string) =>
  (await list(`limit=100&${query}`)).json.prospects.map(({ firstName, lastName }) => `${firstName} ${lastName}`)
const index = () => indexProspects(openDatabase(env.DB))

async function accountOf(people: [firstName: string, lastName: string, city: string][]) {
  const account = await newAccount()
  for (const [firstName, lastName, city] of people) await account.prospect({ firstName, lastName, city })
  return account
}

test('prospects that old code created are in the list by name at once, and in their place when the schedule has run', async () => {
  const account = await accountOf([
    ['Zoë', 'Öland', 'Nürnberg'],
    ['Ann', 'lee', 'York'],
    ['Bo', 'Paz', 'New York'],
    ['Al', 'Lee', 'Rome'],
  ])
  await rows(
    `UPDATE prospects SET indexed_version = NULL, name_key = lower(last_name || char(9) || first_name), address_words = '[]' WHERE account_id = ?1`,
    account.id,
  )
  expect(await namesBy(account, 'sort=name')).toEqual(['Al Lee', 'Ann lee', 'Bo Paz', 'Zoë Öland'])
  expect(await namesBy(account, 'city=york')).toEqual([])

  const before = (await account.list('limit=100')).json
  expect(await index()).toEqual({ indexed: 4 })
  expect(await index()).toBeUndefined()
  expect(await namesBy(account, 'sort=name')).toEqual(['Al Lee', 'Ann lee', 'Zoë Öland', 'Bo Paz'])
  expect(await namesBy(account, 'city=york')).toEqual(['Bo Paz', 'Ann lee'])
  expect(await namesBy(account, 'city=nur')).toEqual(['Zoë Öland'])
  expect((await account.list('limit=100')).json).toEqual(before)
})

test('a prospect whose name or address old code changed is indexed again', async () => {
  const account = await accountOf([
    ['Ann', 'Lee', 'York'],
    ['Bo', 'Fox', 'Rome'],
  ])
  const old = (set: string) =>
    rows(`UPDATE prospects SET ${set}, version = version + 1 WHERE account_id = ?1 AND first_name = 'Ann'`, account.id)
  await old("last_name = 'Éden'")
  expect(await index()).toEqual({ indexed: 1 })
  expect(await namesBy(account, 'sort=name')).toEqual(['Ann Éden', 'Bo Fox'])
  await old("city = 'Paris'")
  expect(await index()).toEqual({ indexed: 1 })
  expect(await namesBy(account, 'city=paris')).toEqual(['Ann Éden'])
  await old("notes = 'x', city = city")
  const { id } = (await account.list('name=ann')).json.prospects[0] ?? {}
  await account.call('PATCH', `/v1/prospects/${id}`, { lastName: 'EDEN', city: 'Pàris' })
  expect(await index()).toBeUndefined()
})

test('a prospect that old code creates is in the list by name at once', async () => {
  const account = await accountOf([['Ann', 'Lee', 'York']])
  await rows(
    `INSERT INTO prospects (account_id, id, first_name, last_name, created_at, updated_at) VALUES (?1, 'prs_0', 'Bo', 'FOX', 1, 1)`,
    account.id,
  )
  expect(await namesBy(account, 'sort=name')).toEqual(['Bo FOX', 'Ann Lee'])
  expect(await index()).toEqual({ indexed: 1 })
})
