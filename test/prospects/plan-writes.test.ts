import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Outcome } from '../../src/prospects/plan'
import { CreateProspect } from '../../src/prospects/schema'
import { writeProspects } from '../../src/prospects/store'
import { toCreateRequest, type WriteRequest } from '../../src/prospects/write-request'
import { type Account, newAccount } from '../support/api'
import { callerOf, databaseFor, noOutbox } from '../support/callers'
import {
  type CollidingBody,
  collidingBody,
  comparableContent,
  EMAILS,
  HOME,
  makeCollidable,
  PHONES,
  WORK,
} from '../support/collisions'
import { rows } from '../support/d1'
import { type Person, people } from '../support/filterable-prospects'

type Body = CollidingBody & {
  /** The prospect that it is about, by its index in `Past`. */
  of?: number | undefined
}

/** What an account has before the requests: prospects, merges of some of them, and erasures. */
interface Past {
  people: Person[]
  merged?: [duplicate: number, survivor: number][]
  erased?: number[]
}

/** A past in which many prospects share a phone: their own, or that of a merged duplicate. */
const past: fc.Arbitrary<Past> = fc
  .array(
    fc.record({
      hasEmail: fc.nat(4).map((n) => n === 0),
      // if this is null, a merge fills it from the duplicate
      phone: fc.constantFrom(null, WORK, WORK, ...PHONES),
      aliases: fc.array(fc.constantFrom(HOME, HOME, HOME, WORK), { minLength: 1, maxLength: 2 }),
      erased: fc.nat(9).map((n) => n === 0),
    }),
    { minLength: 3, maxLength: 6 },
  )
  .map((survivors) => {
    const people: Person[] = survivors.map(({ hasEmail, phone }, n) => [hasEmail ? `p${n}@example.com` : null, phone])
    const merged = survivors.flatMap(({ aliases }, survivor) =>
      aliases.map((phone): [number, number] => {
        const email = EMAILS[people.length % 9] ?? null
        return [people.push([people.some((p) => p[0] === email) ? null : email, phone]) - 1, survivor]
      }),
    )
    return { people, merged, erased: survivors.flatMap(({ erased }, n) => (erased ? [n] : [])) }
  })

/** Bodies about these prospects: by an index in the past, a phone, an email, or several of these. */
const aboutThem = fc.record({
  firstName: fc.constantFrom('Ann', 'Bob'),
  lastName: fc.constant('Lee'),
  email: fc.constantFrom(null, ...EMAILS, ...Array.from('defghi', (letter) => `${letter}@example.com`)),
  phone: fc.constantFrom(undefined, ...Array(6).fill(HOME), WORK),
  update: fc.nat(4).map((n) => n > 0),
  of: fc.oneof({ weight: 8, arbitrary: fc.constant(undefined) }, fc.nat(12)),
}) as fc.Arbitrary<Body>

/** Makes a past in an account. Returns the ids of all its prospects, also of merged and erased ones. */
async function live(account: Account, { people: given, merged = [], erased = [] }: Past): Promise<string[]> {
  const ids = await people(account, ...given)
  for (const [duplicate, survivor] of merged)
    await account.post(`/v1/prospects/${ids[survivor]}/merge`, { duplicateId: ids[duplicate] })
  for (const n of erased) await account.call('DELETE', `/v1/prospects/${ids[n]}`)
  return ids
}

/** An account with two jobs, and a function that writes bodies to it. */
async function newWriter() {
  const account = await newAccount()
  const stages = await rows<{ id: string }>('SELECT id FROM stages WHERE account_id = ? ORDER BY position', account.id)
  await makeCollidable(account)
  const toInput = ({ stage, job, of, ...body }: Body, past: string[]): WriteRequest => {
    const { target, ...given } = toCreateRequest(
      CreateProspect.parse({
        ...body,
        ...(stage !== undefined && { stageId: stages[stage]?.id }),
        ...(job !== undefined && { jobId: `jobs000${job}` }),
      }),
      'US',
    )
    return {
      ...given,
      target: { ...target, ...(of !== undefined && { id: past[of] }) } as WriteRequest['target'],
      mayBeRejected: true,
    }
  }
  const write = async (bodies: Body[], past: string[] = []) => {
    const rows = bodies.map((body) => toInput(body, past))
    return (await writeProspects(databaseFor(account), callerOf(account), rows, { source: 'import', outbox: noOutbox }))
      .outcomes
  }
  return { account, write }
}

/** Everything that the API shows of an account after these outcomes. */
const contentOf = (account: Account, outcomes: Outcome[], past: string[]) =>
  comparableContent(
    account,
    outcomes.map(({ record, isCommitted: _, ...outcome }) => ({ ...outcome, id: record.id, version: record.version })),
    past,
  )

/** Writes the same bodies to two accounts with the same past, in one call and in many. Expects the same result. */
async function expectSame(bodies: Body[], past: Past = { people: [] }) {
  const [together, apart] = [await newWriter(), await newWriter()]
  const [ids, others] = [await live(together.account, past), await live(apart.account, past)]
  const inOne = await together.write(bodies, ids)
  const oneByOne: Outcome[] = []
  for (const body of bodies) oneByOne.push(...(await apart.write([body], others)))
  expect(await contentOf(together.account, inOne, ids)).toEqual(await contentOf(apart.account, oneByOne, others))
}

describe('requests written in one call', () => {
  test('end as the same requests written one by one', { tags: 'scale' }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(collidingBody, { minLength: 2, maxLength: 12 }), (bodies) => expectSame(bodies)),
      {
        numRuns: 8,
      },
    )
  })

  test('end the same if many prospects share phones, their own or those of merged duplicates', {
    tags: 'scale',
  }, async () => {
    const bodies = fc.array(aboutThem, { minLength: 4, maxLength: 10 })
    await fc.assert(
      fc.asyncProperty(bodies, past, (bodies, past) => expectSame(bodies, past)),
      { numRuns: 15, seed: 5, endOnFailure: true },
    )
  })

  test('end the same if there are more than a hundred', { tags: 'scale' }, async () => {
    await expectSame(fc.sample(collidingBody, { seed: 11, numRuns: 120 }))
  })

  const [A, B, C, D] = ['a@example.com', 'b@example.com', 'c@example.com', 'd@example.com']
  const of = (email: string | null, phone: string | null, more: object = {}): Body =>
    ({ firstName: 'Ann', lastName: 'Lee', email, phone, update: true, ...more }) as Body

  test.each<[promise: string, past: Person[], bodies: Body[]]>([
    ['two are about one new person', [], [of(A, HOME), of(A, HOME, { city: 'Here' })]],
    ['one takes the phone of another', [[A, HOME]], [of(B, WORK), of(A, WORK), of(null, HOME), of(null, WORK)]],
    [
      'one gives up a phone',
      [
        [A, HOME],
        [B, HOME],
      ],
      [of(A, WORK), of(null, HOME)],
    ],
    [
      'two give up a phone that a third has',
      [
        [A, HOME],
        [B, HOME],
        [C, HOME],
      ],
      [of(A, WORK), of(B, WORK), of(null, HOME)],
    ],
    ['one gains an email', [[null, HOME]], [of(A, HOME), of(B, HOME)]],
    [
      'one of two with a phone alone gains an email',
      [
        [A, HOME],
        [B, HOME],
        [null, HOME],
        [null, HOME],
      ],
      [of(C, HOME), of(D, HOME)],
    ],
    ['a prospect gives up its email and a new one takes it', [[A, HOME]], [of(null, HOME), of(A, WORK)]],
    [
      'a prospect gives up its email and another one takes it',
      [
        [A, HOME],
        [null, WORK],
      ],
      [of(null, HOME), of(A, WORK)],
    ],
    [
      'a prospect gives up its email and one that changed earlier takes it',
      [
        [A, HOME],
        [null, WORK],
      ],
      [of(null, WORK, { city: 'Here' }), of(null, HOME), of(A, WORK)],
    ],
    ['a new prospect gives up its email to another one', [], [of(A, HOME), of(null, HOME), of(A, WORK)]],
    [
      'two requests name the same new label and source',
      [],
      [of(A, null, { labels: 'Hot', newSourceName: 'Z' }), of(B, null, { labels: 'HOT', newSourceName: 'z' })],
    ],
    [
      'requests that match write nothing',
      [[A, HOME]],
      [of(A, null, { update: false }), of(null, HOME, { update: false })],
    ],
  ])('end as if written one by one: %s', (_promise, people, bodies) => expectSame(bodies, { people }))

  test.each<[promise: string, past: Past, bodies: Body[]]>([
    [
      'survivors who have a phone by merges alone gain emails one after another',
      {
        people: [
          [null, WORK],
          [null, WORK],
          [null, WORK],
          [null, HOME],
          [null, HOME],
          [null, HOME],
        ],
        merged: [
          [3, 0],
          [4, 1],
          [5, 2],
        ],
      },
      ['d@example.com', 'e@example.com', 'f@example.com', 'g@example.com'].map((email) => of(email, HOME)),
    ],
  ])('end as if written one by one: %s', (_promise, past, bodies) => expectSame(bodies, past))

  test('with an unknown reference write nothing', async () => {
    const { account, write } = await newWriter()
    const unknown = CreateProspect.parse({ ...of(B, null), officeId: 'off_nope' })
    const inputs = [CreateProspect.parse(of(A, null)), unknown].map((input) => toCreateRequest(input, 'US'))
    await expect(
      writeProspects(databaseFor(account), callerOf(account), inputs, { source: 'import', outbox: noOutbox }),
    ).rejects.toMatchObject({
      status: 422,
    })
    expect((await account.list()).json.totalCount).toBe(0)
    expect(await write([])).toEqual([])
  })
})
