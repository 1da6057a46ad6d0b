import fc from 'fast-check'
import type { Account } from './api'
import { makeField } from './custom-fields'
import { rows } from './d1'
import { items } from './many-rows'
import { eventsOf } from './recorded'

export const EMAILS = ['a@example.com', 'b@example.com', 'c@example.com']
export const [HOME, WORK] = ['+12125550100', '+12125550101']
export const PHONES = [HOME, WORK, '+12125550102']

/** Bodies that often match each other: they have few emails and few phones, some of them missing, cleared or invalid. */
export const collidingBody = fc.record(
  {
    firstName: fc.constantFrom('Ann', 'Bob'),
    lastName: fc.constant('Lee'),
    email: fc.constantFrom(null, ...EMAILS),
    phone: fc.constantFrom(null, '2125550100', '(212) 555-0101', '+12125550102', '212-155-0100'),
    update: fc.boolean(),
    labels: fc.constantFrom('Hot', 'HOT,Cold', ['cold', 'Inbound'], [], null),
    newSourceName: fc.constantFrom('Zillow', 'ZILLOW', 'Referral', null),
    city: fc.constantFrom('Here', 'There', null),
    muteWebhook: fc.boolean(),
    stage: fc.nat(2),
    job: fc.nat(1),
    custom: fc.constantFrom({ region: 'North' }, { region: 'south', score: 1 }, { score: null }, null),
  },
  { requiredKeys: ['firstName', 'lastName', 'update'] },
)
/** Makes what the bodies need in an account: two jobs and the custom fields. */
export async function makeCollidable(account: Account): Promise<void> {
  await items(account, 2, 'jobs')
  await makeField(account, 'region', 'select')
  await makeField(account, 'score', 'number')
}
export type CollidingBody = typeof collidingBody extends fc.Arbitrary<infer T> ? T : never

/**
 * Everything that the API shows of an account, and what a test got from it, with names in place of ids, and without times.
 * `past` has the ids of prospects that were there before.
 */
export async function comparableContent(account: Account, got: unknown, past: string[] = []) {
  const { prospects } = (await account.list('limit=1000')).json
  const named = new Map(past.map((id, n) => [id, `past ${n}`]))
  for (const [n, { id }] of prospects.toReversed().entries()) if (!named.has(id)) named.set(id, `prospect ${n}`)
  const kinds = ['sources', 'stages', 'jobs', 'labels', 'pipelines'].map(
    (kind) => `SELECT id, '${kind} ' || name AS name FROM ${kind} WHERE account_id = ?1`,
  )
  for (const { id, name } of await rows<{ id: string; name: string }>(kinds.join(' UNION ALL '), account.id))
    named.set(id, name)
  const plain = (value: unknown) =>
    JSON.parse(
      [...named].reduce((text, [id, name]) => text.replaceAll(id, name), JSON.stringify(value)),
      (key, v) => (['createdAt', 'updatedAt', 'keyId', 'requestId'].includes(key) ? undefined : v),
    )
  return plain({
    prospects,
    events: await eventsOf(account),
    got,
    labels: (await rows('SELECT name FROM labels WHERE account_id = ? ORDER BY name', account.id)).map(
      ({ name }) => name,
    ),
  })
}
