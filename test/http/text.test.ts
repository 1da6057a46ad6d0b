import { describe, expect, test } from 'vitest'
import { url } from '../../src/http/text'
import { fieldOf, TEXT_FIELDS } from '../../src/prospects/field-names'
import { type Account, type ApiResponse, newAccount } from '../support/api'

/** Every string of a prospect's body, the most characters that it can have, and how to read it back. */
const FIELDS = [
  ...TEXT_FIELDS.map((field) => ({ field, ...fieldOf(field) }))
    .filter(({ type }) => type === 'line' || type === 'lines')
    .map(({ field, type, maxLength = 0, required = false }) => ({
      field: field as string,
      max: maxLength,
      required: required as boolean,
      hasLines: type === 'lines',
    })),
  { field: 'labels', max: 64, read: ({ json }: ApiResponse) => json.labels[0] },
  {
    field: 'newSourceName',
    max: 200,
    read: async ({ json }: ApiResponse, { get }: Account) => (await get(`/v1/sources/${json.sourceId}`)).json.name,
  },
].map((f) => ({ hasLines: false, required: false, read: ({ json }: ApiResponse) => json[f.field], ...f }))

const EMPTY = ['', '   ', ' \t\r\n ']
/** Characters that are rejected in every string. JavaScript counts the vertical tab and the form feed as white space. */
const CONTROLS = ['\u0000', '\u0007', '\v', '\f', '\u001b', '\u007f', '\u0085', '\ud800', '\udc00']
const REFERENCES = ['stageId', 'pipelineId', 'userId', 'officeId', 'sourceId', 'jobId']

/** Creates a prospect with this value, in a new account because sources and labels keep their first spelling. */
async function write(field: string, value: unknown) {
  const account = await newAccount()
  return { account, answer: await account.prospect({ [field]: value }) }
}

const rejection = ({ status, json }: ApiResponse) => [status, json.errors?.[0]?.pointer, json.errors?.[0]?.code]

describe.each(FIELDS)('$field', ({ field, max, hasLines, required, read }) => {
  const kept = async (value: string) => {
    const { account, answer } = await write(field, value)
    expect(answer.status).toBe(201)
    return read(answer, account)
  }

  test(`accepts ${max} characters, however many bytes they take`, async () => {
    for (const character of ['x', 'é', '語', '😀'])
      expect(await kept(character.repeat(max))).toBe(character.repeat(max))
  })

  test('rejects one more character as too long', async () => {
    for (const character of ['x', '😀'])
      expect(rejection((await write(field, character.repeat(max + 1))).answer)).toEqual([400, `/${field}`, 'too_long'])
  })

  test('does not count characters that are trimmed', async () => {
    expect(await kept(`  ${'x'.repeat(max)}\n\t`)).toBe('x'.repeat(max))
  })

  test.each([
    ['a\tb', 'a b', 'a\tb'],
    ['a\nb', 'a b', 'a\nb'],
    ['a\r\nb', 'a b', 'a\nb'],
    ['a\rb', 'a b', 'a\nb'],
    ['\r\n a\r\n\tb \t', 'a b', 'a\n\tb'],
    ['a  b', 'a  b', 'a  b'],
    ['ａ\u00a0b', 'ａ\u00a0b', 'ａ\u00a0b'],
  ])('%j is stored as the rules say', async (given, line, text) => {
    expect(await kept(given)).toBe(hasLines ? text : line)
  })

  test.each(CONTROLS)('%j is rejected at every position', async (control) => {
    for (const given of [`a${control}b`, `${control}a`, `a${control}`, `\n${control} a`, control])
      expect(rejection((await write(field, given)).answer)).toEqual([400, `/${field}`, 'control_character'])
  })

  test.each(EMPTY)(
    `%j ${required ? 'is rejected, because the field is required' : 'counts as absent'}`,
    async (given) => {
      const { answer } = await write(field, given)
      if (required) return expect(rejection(answer)).toEqual([400, `/${field}`, 'required'])
      expect(answer.status).toBe(201)
      if (field === 'newSourceName') return expect(answer.json.sourceId).toBeNull()
      expect(read(answer, await newAccount())).toEqual(field === 'labels' ? undefined : null)
    },
  )

  test.each([5, true, {}, [['a']]])('%j is rejected, because it is not a string', async (given) => {
    expect(rejection((await write(field, given)).answer)).toEqual([400, `/${field}`, 'wrong_type'])
  })
})

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
    expect((await write('email', given)).answer.json.email).toBe(expected)
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
    expect(rejection((await write('email', given)).answer)).toEqual([400, '/email', code])
  })
})

describe('phone', () => {
  test('100 characters are accepted, one more is rejected', async () => {
    expect((await write('phone', '5'.repeat(100))).answer.status).toBe(201)
    expect(rejection((await write('phone', '5'.repeat(101))).answer)).toEqual([400, '/phone', 'too_long'])
  })

  test.each(EMPTY)('%j means no phone, without a warning', async (given) => {
    expect((await write('phone', given)).answer.json).toMatchObject({ phone: null, message: null })
  })

  test('control characters are rejected', async () => {
    expect(rejection((await write('phone', '212\u0000555')).answer)).toEqual([400, '/phone', 'control_character'])
  })
})

describe('ids in a body', () => {
  test.each(REFERENCES)('%s: "" means null', async (field) => {
    expect((await write(field, '')).answer.status).toBe(201)
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
      expect(rejection((await write('licenseStatus', given)).answer)).toEqual([400, '/licenseStatus', 'not_allowed'])
  })

  test('licenseStatus: "" means null', async () => {
    expect((await write('licenseStatus', '')).answer.json.licenseStatus).toBeNull()
  })
})

describe('query parameters', () => {
  test.each(['email', 'phone', 'name', 'title', 'company', 'stage', 'label', 'limit', 'pageToken'])(
    'an empty %s is rejected',
    async (parameter) => {
      const { list } = await newAccount()
      for (const query of [`${parameter}=`, parameter, `${parameter}=%20%20`])
        expect(rejection(await list(query))).toEqual([400, `/${parameter}`, 'required'])
    },
  )

  test.each(['%00', 'a%07b', '%0B', '%0C', '%C2%85'])('%s is rejected in every filter', async (text) => {
    const { list } = await newAccount()
    for (const parameter of ['email', 'phone', 'name', 'title', 'company', 'stage', 'label', 'limit', 'pageToken'])
      for (const given of [`1${text}`, `${text}1`, `1${text}1`, `%20${text}`])
        expect(rejection(await list(`${parameter}=${given}`))).toEqual([400, `/${parameter}`, 'control_character'])
  })

  test.each([
    '+12125550123',
    '%2B12125550123',
    '+1+212+555+0123',
    '+1%20(212)%20555-0123',
    '2125550123',
    '(212)+555-0123',
    '1-212-555-0123',
  ])('?phone=%s finds +1 212 555 0123', async (phone) => {
    const { prospect, list } = await newAccount()
    await prospect({ phone: '+1 212 555 0123' })
    expect((await list(`phone=${phone}`)).json.totalCount).toBe(1)
  })

  test.each(['+442079460958', '%2B442079460958', '+44+20+7946+0958'])(
    '?phone=%s is a number of another country',
    async (phone) => {
      const { prospect, list } = await newAccount()
      await prospect({ phone: '+44 20 7946 0958' })
      expect((await list(`phone=${phone}`)).json.totalCount).toBe(1)
    },
  )

  test.each(['pat+hr@example.com', 'pat%2Bhr@example.com', 'PAT+HR@EXAMPLE.COM', '%20pat%20hr@example.com%20'])(
    '?email=%s finds pat+hr@example.com',
    async (email) => {
      const { prospect, list } = await newAccount()
      await prospect({ email: 'pat+hr@example.com' })
      await prospect({ email: 'pathr@example.com' })
      const { json } = await list(`email=${email}&limit=9`)
      expect(json.prospects.map((p) => p.email)).toEqual(['pat+hr@example.com'])
    },
  )
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
