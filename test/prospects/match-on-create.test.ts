import { describe, expect, test } from 'vitest'
import { newAccount } from '../support/api'
import { type Person, people } from '../support/filterable-prospects'

const [ANN, BOB] = ['ann@example.com', 'bob@example.com']
const [HOME, WORK] = ['+12125550100', '+12125550101']

describe('the prospect that a POST matches', () => {
  const CASES: [
    promise: string,
    known: Person[],
    given: Person,
    is: number | null,
    by: string | null,
    like: number | null,
  ][] = [
    ['the one with the email', [[ANN, HOME]], [ANN, WORK], 0, 'email', null],
    ['the one with the email in any case', [[ANN, null]], ['ANN@Example.com', null], 0, 'email', null],
    ['the one with the phone, if neither has an email', [[null, HOME]], [null, HOME], 0, 'phone', null],
    ['the one with the phone, if only the prospect has an email', [[ANN, HOME]], [null, HOME], 0, 'phone', null],
    ['the one with the phone, if only the request has an email', [[null, HOME]], [ANN, HOME], 0, 'phone', null],
    ['no prospect, if both have an email: two people share a phone', [[BOB, HOME]], [ANN, HOME], null, null, 0],
    ['no prospect, if none has the email or the phone', [[BOB, WORK]], [ANN, HOME], null, null, null],
    [
      'the oldest with the phone',
      [
        [BOB, HOME],
        [null, HOME],
        [ANN, HOME],
      ],
      [null, HOME],
      0,
      'phone',
      null,
    ],
    [
      'the oldest without an email',
      [
        [null, HOME],
        [null, HOME],
      ],
      [ANN, HOME],
      0,
      'phone',
      null,
    ],
    [
      'one without an email, even if many older ones have an email',
      [
        [BOB, HOME],
        ['c@x.co', HOME],
        ['d@x.co', HOME],
        [null, HOME],
      ],
      [ANN, HOME],
      3,
      'phone',
      null,
    ],
    [
      'the oldest without an email, even if many older ones have an email',
      [
        [BOB, HOME],
        ['c@x.co', HOME],
        [null, HOME],
        [null, HOME],
      ],
      [ANN, HOME],
      2,
      'phone',
      null,
    ],
    [
      'no prospect, and the duplicate is the oldest of many',
      [
        [BOB, HOME],
        ['c@x.co', HOME],
        ['d@x.co', HOME],
      ],
      [ANN, HOME],
      null,
      null,
      0,
    ],
    [
      'the one with the email, and the duplicate is an older one with the phone',
      [
        [null, HOME],
        [ANN, WORK],
      ],
      [ANN, HOME],
      1,
      'email',
      0,
    ],
    [
      'the one with the email, and the duplicate is a younger one with the phone',
      [
        [ANN, HOME],
        [BOB, HOME],
      ],
      [ANN, HOME],
      0,
      'email',
      1,
    ],
    [
      'the one with the email, and the duplicate is the oldest of many',
      [
        ['c@x.co', HOME],
        [BOB, HOME],
        [ANN, WORK],
      ],
      [ANN, HOME],
      2,
      'email',
      0,
    ],
    [
      'the one with the email, without a duplicate if no other has the phone',
      [
        [ANN, WORK],
        [BOB, HOME],
      ],
      [ANN, WORK],
      0,
      'email',
      null,
    ],
  ]

  describe.each([false, true])('with update %j', (update) => {
    test.each(CASES)('%s', async (_promise, known, [email, phone], is, matchedBy, like) => {
      const account = await newAccount()
      const ids = await people(account, ...known)
      const { status, json } = await account.prospect({ email, phone, update })
      expect([status, json]).toMatchObject([
        is === null ? 201 : 200,
        { created: is === null, matchedBy, potentialDuplicateId: like === null ? null : ids[like] },
      ])
      if (is === null) expect(ids).not.toContain(json.id)
      else expect(json.id).toBe(ids[is])
      expect((await account.list()).json.totalCount).toBe(known.length + (is === null ? 1 : 0))
    })
  })

  test('phones in different formats match', async () => {
    const account = await newAccount()
    const { json } = await account.prospect({ phone: '(212) 555-0100' })
    for (const phone of ['2125550100', '+1 212.555.0100', '1-212-555-0100 x9'])
      expect((await account.prospect({ phone })).json).toMatchObject({ id: json.id, matchedBy: 'phone' })
  })

  test('an invalid phone matches no prospect', async () => {
    const account = await newAccount()
    const one = await account.prospect({ phone: '212-155-1234' })
    const other = await account.prospect({ phone: '212-155-1234' })
    expect([one.status, other.status]).toEqual([201, 201])
  })

  test('a prospect of another account does not match', async () => {
    const [account, other] = [await newAccount(), await newAccount()]
    await other.prospect({ email: ANN, phone: HOME })
    expect((await account.prospect({ email: ANN, phone: HOME, update: true })).json).toMatchObject({
      created: true,
      matchedBy: null,
      potentialDuplicateId: null,
    })
  })
})

describe('if the email matches one prospect and another has the phone', () => {
  test('the phone is written, and the message names the other prospect', async () => {
    const account = await newAccount()
    const [home, ann] = await people(account, [BOB, HOME], [ANN, WORK])
    const { json } = await account.prospect({ email: ANN, phone: HOME, update: true })
    expect(json).toMatchObject({
      id: ann,
      phone: HOME,
      potentialDuplicateId: home,
      message: expect.stringContaining(`${home}`),
    })
    expect((await account.get(`/v1/prospects/${home}`)).json).toMatchObject({ email: BOB, phone: HOME, version: 1 })
  })

  test('without update nothing is written, and the message says so', async () => {
    const account = await newAccount()
    const [home, ann] = await people(account, [BOB, HOME], [ANN, WORK])
    const { json } = await account.prospect({ email: ANN, phone: HOME })
    expect(json).toMatchObject({
      id: ann,
      phone: WORK,
      potentialDuplicateId: home,
      message: expect.stringContaining(`${home}`),
    })
  })
})
