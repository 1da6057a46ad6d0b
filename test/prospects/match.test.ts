import { describe, expect, test } from 'vitest'
import { findMatch } from '../../src/prospects/match'
import type { ProspectRecord } from '../../src/prospects/prospect'

const [ANN, BOB] = ['ann@example.com', 'bob@example.com']
const [HOME, WORK] = ['+12125550100', '+12125550101']

/** Ids sort by age: `prs_1` is older than `prs_2`. */
const person = (id: string, email: string | null, phone: string | null) =>
  ({ id, email, phone, aliases: { emails: [], phones: [] } as ProspectRecord['aliases'] }) as ProspectRecord

const ids = ({ record, matchedBy, duplicate }: ReturnType<typeof findMatch>) => [
  record?.id ?? null,
  matchedBy,
  duplicate?.id ?? null,
]

type Person = [id: string, email: string | null, phone: string | null]
type Expected = [record: string | null, matchedBy: 'email' | 'phone' | null, duplicate: string | null]
const none: Expected = [null, null, null]

describe('the match is', () => {
  test.each<[promise: string, given: [email: string | null, phone: string | null], people: Person[], is: Expected]>([
    ['null, if there is no prospect', [ANN, HOME], [], none],
    ['null, if no prospect has the email or the phone', [ANN, HOME], [['prs_1', BOB, WORK]], none],
    ['null, if the request has no email and no phone', [null, null], [['prs_1', null, null]], none],
    ['the prospect with the email', [ANN, null], [['prs_1', ANN, null]], ['prs_1', 'email', null]],
    ['the prospect with the email and another phone', [ANN, WORK], [['prs_1', ANN, HOME]], ['prs_1', 'email', null]],
    ['the prospect with both', [ANN, HOME], [['prs_1', ANN, HOME]], ['prs_1', 'email', null]],
    [
      'the prospect with the phone, if neither has an email',
      [null, HOME],
      [['prs_1', null, HOME]],
      ['prs_1', 'phone', null],
    ],
    [
      'the prospect with the phone, if only it has an email',
      [null, HOME],
      [['prs_1', ANN, HOME]],
      ['prs_1', 'phone', null],
    ],
    ['the prospect with the phone, if it has no email', [ANN, HOME], [['prs_1', null, HOME]], ['prs_1', 'phone', null]],
    [
      'null, if the prospect with the phone has another email',
      [ANN, HOME],
      [['prs_1', BOB, HOME]],
      [null, null, 'prs_1'],
    ],
    [
      'the prospect with the email, even if an older one has the phone',
      [ANN, HOME],
      [
        ['prs_1', null, HOME],
        ['prs_2', ANN, WORK],
      ],
      ['prs_2', 'email', 'prs_1'],
    ],
    [
      'the prospect with the email, and the oldest other prospect with the phone is the duplicate',
      [ANN, HOME],
      [
        ['prs_3', BOB, HOME],
        ['prs_1', ANN, HOME],
        ['prs_2', null, HOME],
      ],
      ['prs_1', 'email', 'prs_2'],
    ],
    [
      'the oldest prospect with the phone',
      [null, HOME],
      [
        ['prs_3', null, HOME],
        ['prs_1', BOB, HOME],
        ['prs_2', null, HOME],
      ],
      ['prs_1', 'phone', null],
    ],
    [
      'the oldest prospect with the phone and no email, if the request has an email',
      [ANN, HOME],
      [
        ['prs_4', null, HOME],
        ['prs_3', null, HOME],
        ['prs_1', null, WORK],
      ],
      ['prs_3', 'phone', null],
    ],
    [
      'null, and the oldest of several prospects with the phone and other emails is the duplicate',
      [ANN, HOME],
      [
        ['prs_2', 'carl@example.com', HOME],
        ['prs_1', BOB, HOME],
      ],
      [null, null, 'prs_1'],
    ],
  ])('%s', (_promise, [email, phone], people, expected) => {
    expect(
      ids(
        findMatch(
          email,
          phone,
          people.map((p) => person(...p)),
        ),
      ),
    ).toEqual(expected)
  })

  test('a request with an email matches the oldest prospect with the phone and no email, even if an older one has the phone and another email', () => {
    const people = [person('prs_1', BOB, HOME), person('prs_3', null, HOME), person('prs_2', null, HOME)]
    expect(findMatch(ANN, HOME, people)).toMatchObject({ record: { id: 'prs_2' }, matchedBy: 'phone' })
  })
})
