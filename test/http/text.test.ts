import { describe, expect, test } from 'vitest'
import { url } from '../../src/http/text'
import { fieldOf, TEXT_FIELDS } from '../../src/prospects/field-names'
import { type ApiResponse, newAccount } from '../support/api'

/** Every text of a prospect, and the most characters that it can have. Sources and labels are named in one line. */
const FIELDS = [
  ...TEXT_FIELDS.map((field) => ({ field: field as string, ...fieldOf(field) }))
    .filter(({ type }) => type === 'line' || type === 'lines')
    .map(({ field, type, maxLength = 0, required = false }) => ({ field, maxLength, required, type })),
  { field: 'labels', maxLength: 64, required: false, type: 'line' },
  { field: 'newSourceName', maxLength: 200, required: false, type: 'line' },
]
type Field = (typeof FIELDS)[number]

/** A value for each of these fields. */
const forEach = <T>(fields: Field[], value: (field: Field) => T): Record<string, T> =>
  Object.fromEntries(fields.map((field) => [field.field, value(field)]))

const EMPTY = ['', '   ', ' \t\r\n ']
/** Characters that are rejected in every string. JavaScript counts the vertical tab and the form feed as white space. */
const CONTROLS = ['\u0000', '\u0007', '\v', '\f', '\u001b', '\u007f', '\u0085', '\ud800', '\udc00']
const REFERENCES = ['stageId', 'pipelineId', 'userId', 'officeId', 'sourceId', 'jobId']

const rejection = ({ status, json }: ApiResponse) => [status, json.errors?.[0]?.pointer, json.errors?.[0]?.code]
/** The code of the first error about each field. */
const rejections = ({ status, json }: ApiResponse) => {
  expect(status).toBe(400)
  const errors: { pointer: string; code: string }[] = json.errors.toReversed()
  return Object.fromEntries(errors.map(({ pointer, code }) => [pointer.slice(1), code]))
}

describe('every text of a prospect', () => {
  /** What a new account stores of these texts. It is new because sources and labels keep their first spelling. */
  const stored = async (given: Record<string, string>) => {
    const { prospect, get } = await newAccount()
    const { status, json } = await prospect(given)
    expect(status).toBe(201)
    const source = json.sourceId && (await get(`/v1/sources/${json.sourceId}`)).json.name
    const values: Record<string, unknown> = { ...json, labels: json.labels[0] ?? null, newSourceName: source }
    return Object.fromEntries(Object.keys(given).map((field) => [field, values[field]]))
  }

  test.each(['x', 'é', '語', '😀'])('may have its maximum length of %s, however many bytes that takes', async (c) => {
    const given = forEach(FIELDS, ({ maxLength }) => c.repeat(maxLength))
    expect(await stored(given)).toEqual(given)
  })

  test.each(['x', '😀'])('is rejected as too long with one more %s', async (c) => {
    const { prospect } = await newAccount()
    const answer = await prospect(forEach(FIELDS, ({ maxLength }) => c.repeat(maxLength + 1)))
    expect(rejections(answer)).toEqual(forEach(FIELDS, () => 'too_long'))
  })

  test('may be longer by characters that are trimmed', async () => {
    const longest = forEach(FIELDS, ({ maxLength }) => 'x'.repeat(maxLength))
    expect(await stored(forEach(FIELDS, ({ field }) => `  ${longest[field]}\n\t`))).toEqual(longest)
  })

  test.each([
    ['a\tb', 'a b', 'a\tb'],
    ['a\nb', 'a b', 'a\nb'],
    ['a\r\nb', 'a b', 'a\nb'],
    ['a\rb', 'a b', 'a\nb'],
    ['\r\n a\r\n\tb \t', 'a b', 'a\n\tb'],
    ['a  b', 'a  b', 'a  b'],
    ['ａ\u00a0b', 'ａ\u00a0b', 'ａ\u00a0b'],
  ])('%j is stored as %j in one line, as %j in several', async (given, line, lines) => {
    expect(await stored(forEach(FIELDS, () => given))).toEqual(
      forEach(FIELDS, ({ type }) => (type === 'lines' ? lines : line)),
    )
  })

  test.each(CONTROLS)('is rejected with %j at any position', async (control) => {
    const { prospect } = await newAccount()
    for (const given of [`a${control}b`, `${control}a`, `a${control}`, `\n${control} a`, control])
      expect([given, rejections(await prospect(forEach(FIELDS, () => given)))]).toEqual([
        given,
        forEach(FIELDS, () => 'control_character'),
      ])
  })

  test.each(EMPTY)('%j counts as absent, and is rejected in a required field', async (given) => {
    const { prospect } = await newAccount()
    const [required, optional] = [FIELDS.filter((f) => f.required), FIELDS.filter((f) => !f.required)]
    expect(rejections(await prospect(forEach(FIELDS, () => given)))).toEqual(forEach(required, () => 'required'))
    expect(await stored(forEach(optional, () => given))).toEqual(forEach(optional, () => null))
  })

  test.each([5, true, {}, [['a']]])('%j is rejected, because it is not a string', async (given) => {
    const { prospect } = await newAccount()
    const wrong = rejections(await prospect(forEach(FIELDS, () => given)))
    expect(Object.fromEntries(Object.entries(wrong).map(([field, code]) => [field.split('/')[0], code]))).toEqual(
      forEach(FIELDS, () => 'wrong_type'),
    )
  })
})

/** Creates a prospect with this value, in a new account. */
const write = async (field: string, value: unknown) => (await newAccount()).prospect({ [field]: value })

describe('email', () => {
  const longest = `${'a'.repeat(64)}@${'b'.repeat(63)}.${'c'.repeat(63)}.${'d'.repeat(61)}`

  test.each([
    ['pat@example.com', 'pat@example.com'],
    ["  Pat.O'Neil+hr@Example.COM\n", "pat.o'neil+hr@example.com"],
    ['José@Exámple.com', 'josé@exámple.com'],
    ['jose\u0301@example.com', 'jos\u00e9@example.com'],
    [longest, longest],
    ['', null],
    [' \t', null],
  ])('%j is stored as %j', async (given, expected) => {
    expect((await write('email', given)).json.email).toBe(expected)
  })

  test.each([
    [`${longest}d`, 'too_long'],
    ['pat', 'wrong_format'],
    ['pat@', 'wrong_format'],
    ['@example.com', 'wrong_format'],
    ['pat@localhost', 'wrong_format'],
    ['pat@example..com', 'wrong_format'],
    ['.pat@example.com', 'wrong_format'],
    ['pat@exa mple.com', 'wrong_format'],
    ['pat@a@example.com', 'wrong_format'],
    ['Pat <pat@example.com>', 'wrong_format'],
    ['pat@-example.com', 'wrong_format'],
    [`${'a'.repeat(65)}@example.com`, 'wrong_format'],
    ['pat\u0000@example.com', 'control_character'],
  ])('%j is rejected as %s', async (given, code) => {
    expect(rejection(await write('email', given))).toEqual([400, '/email', code])
  })
})

describe('phone', () => {
  test('100 characters are accepted, one more is rejected', async () => {
    expect((await write('phone', '5'.repeat(100))).status).toBe(201)
    expect(rejection(await write('phone', '5'.repeat(101)))).toEqual([400, '/phone', 'too_long'])
  })

  test.each(EMPTY)('%j means no phone, without a warning', async (given) => {
    expect((await write('phone', given)).json).toMatchObject({ phone: null, message: null })
  })

  test('control characters are rejected', async () => {
    expect(rejection(await write('phone', '212\u0000555'))).toEqual([400, '/phone', 'control_character'])
  })
})

describe('ids in a body', () => {
  test.each(REFERENCES)('%s: "" means null', async (field) => {
    expect((await write(field, '')).status).toBe(201)
  })

  test.each(['\v', '\f', '\u0000'])('an id of the account with %j around it is unknown', async (control) => {
    const { prospect, get } = await newAccount()
    const stageId = (await get('/v1/stages')).json.items[0].id
    for (const given of [control + stageId, stageId + control])
      expect(rejection(await prospect({ stageId: given }))).toEqual([422, '/stageId', 'unknown_reference'])
    expect((await prospect({ stageId: `\t${stageId}\n` })).json.currentStageId).toBe(stageId)
  })

  test.each(['x', 'x\u0000', '\ud800', "'; --", 'x'.repeat(5000)])('%j is unknown', async (id) => {
    const { prospect } = await newAccount()
    for (const field of REFERENCES) {
      const { status, json } = await prospect({ [field]: id })
      expect([status, (json as any).errors[0]]).toMatchObject([
        422,
        { pointer: `/${field}`, code: 'unknown_reference' },
      ])
    }
  })

  test('licenseStatus: control characters are rejected', async () => {
    for (const given of ['\vlicensed', 'licensed\f', '\u0000'])
      expect(rejection(await write('licenseStatus', given))).toEqual([400, '/licenseStatus', 'not_allowed'])
  })

  test('licenseStatus: "" means null', async () => {
    expect((await write('licenseStatus', '')).json.licenseStatus).toBeNull()
  })
})

describe('query parameters', () => {
  const PARAMETERS = ['email', 'phone', 'name', 'title', 'company', 'stage', 'label', 'limit', 'pageToken']
  const rejectedAs = (code: string) => Object.fromEntries(PARAMETERS.map((parameter) => [parameter, code]))

  test.each(['=', '', '=%20%20'])('"?<parameter>%s" is rejected as empty', async (empty) => {
    const { list } = await newAccount()
    expect(rejections(await list(PARAMETERS.map((p) => p + empty).join('&')))).toEqual(rejectedAs('required'))
  })

  test.each(['%00', 'a%07b', '%0B', '%0C', '%C2%85'])('%s is rejected in every filter', async (text) => {
    const { list } = await newAccount()
    for (const given of [`1${text}`, `${text}1`, `1${text}1`, `%20${text}`])
      expect([given, rejections(await list(PARAMETERS.map((p) => `${p}=${given}`).join('&')))]).toEqual([
        given,
        rejectedAs('control_character'),
      ])
  })

  test.each([
    [
      '+1 212 555 0123',
      [
        '+12125550123',
        '%2B12125550123',
        '+1+212+555+0123',
        '+1%20(212)%20555-0123',
        '2125550123',
        '(212)+555-0123',
        '1-212-555-0123',
      ],
    ],
    ['+44 20 7946 0958', ['+442079460958', '%2B442079460958', '+44+20+7946+0958']],
  ])('?phone finds %s, however the number is written', async (phone, spellings) => {
    const { prospect, list } = await newAccount()
    await prospect({ phone })
    await prospect({ phone: '+1 212 555 0199' })
    for (const spelling of spellings)
      expect([spelling, (await list(`phone=${spelling}`)).json.totalCount]).toEqual([spelling, 1])
  })

  test('?email finds an email with a plus, however it is encoded', async () => {
    const { prospect, list } = await newAccount()
    await prospect({ email: 'pat+hr@example.com' })
    await prospect({ email: 'pathr@example.com' })
    for (const given of [
      'pat+hr@example.com',
      'pat%2Bhr@example.com',
      'PAT+HR@EXAMPLE.COM',
      '%20pat%20hr@example.com%20',
    ]) {
      const { json } = await list(`email=${given}&limit=9`)
      expect([given, json.prospects.map((p) => p.email)]).toEqual([given, ['pat+hr@example.com']])
    }
  })
})

describe('a URL', () => {
  test.each(['https://example.com', 'http://example.com/in/ann?a=1#b', 'HTTPS://EXAMPLE.COM', ''])(
    '%j is accepted',
    (given) => expect(url(100).parse(` ${given} `)).toBe(given),
  )

  test.each([
    'example.com',
    '//example.com',
    'ftp://example.com',
    'javascript:alert(1)',
    'https://',
    'https://a b',
    'https://a/ b',
  ])('%j is rejected', (given) => expect(url(100).safeParse(given).success).toBe(false))
})
