import fc from 'fast-check'
import { nameKey } from '../../src/http/text'
import { VALUES } from '../support/custom-fields'
import { asField } from '../support/resume-files'

/** Valid and invalid values for fields and parameters, made from their schemas in the OpenAPI document. */

type Json = any

/** Ids that the account has, by the kind in their path; also ids of `events`, and the `etags` of responses. */
export type Known = Record<string, string[]>

/** Valid bodies that are not JSON, by their media type. */
export const BODIES: Record<string, string> = {
  'text/plain': 'Ann Lee\nann@example.com\n',
  'application/octet-stream': 'Ann Lee\nann@example.com\n',
  'application/pdf': '%PDF-1.4\n%%EOF\n',
}

/** Every id that does not exist contains this text. */
export const UNKNOWN = 'nope'

/** The kind of object that a field or a parameter names. */
const KINDS_OF: Record<string, string> = {
  stageId: 'stages',
  pipelineId: 'pipelines',
  userId: 'users',
  officeId: 'offices',
  sourceId: 'sources',
  jobId: 'jobs',
  jobIds: 'jobs',
  duplicateId: 'prospects',
  after: 'events',
}

/** `other` in this many of a hundred cases, else `mostly`. */
const sometimes = <T>(weight: number, mostly: fc.Arbitrary<T>, other: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 100 - weight, arbitrary: mostly }, { weight, arbitrary: other })

/** The id of one of the newest objects of a kind, or one that does not exist. */
export function idOf(known: Known, kind: string, unusual: string[] = []): fc.Arbitrary<string> {
  const some = (known[kind] ?? []).slice(-5)
  const unknown = fc.constantFrom(UNKNOWN, ...unusual)
  return some.length > 0 ? sometimes(5, fc.constantFrom(...some), unknown) : unknown
}

/** Ids that do not exist. Ids are opaque, so any text in a body is an id. */
const UNUSUAL_IDS = [`${UNKNOWN}\u0000`, `${UNKNOWN}\ud800`, `'${UNKNOWN}`, UNKNOWN.repeat(500)]

const character = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...'abcXYZ019 -_.,;:\'"<>&%$#@!?/\\{}[]()+*=|~^`') },
  {
    weight: 2,
    arbitrary: fc.constantFrom('é', 'ß', 'İ', 'ñ', '中', '한', 'ع', '😀', '👩‍👩‍👧', '\u200f', '\ufeff', '\u0301'),
  },
)

const text = (min: number, max: number) =>
  fc
    .oneof(
      fc
        .array(character, { minLength: min, maxLength: Math.min(max, 24) })
        .map((chars) => [...chars.join('')].slice(0, max).join('')),
      fc.constant('x'.repeat(max)),
    )
    .filter((s) => [...s.trim()].length >= min)

const labelName = text(1, 64).filter((s) => !s.includes(','))
// so few that no prospect exceeds the limit of labels
const LABELS = ['Hot', 'hot', 'Cold', ...fc.sample(labelName, { numRuns: 40, seed: 1 })]
const someLabels = fc.subarray(LABELS, { maxLength: 5 })

/** So few that prospects share them. */
const EMAILS = ['ann@example.com', 'ANN@example.com', 'bob@example.com', ' cy@example.com ', 'É.Ü@exämple.com']
const PHONES = ['(212) 555-0123', '+1 212-555-0123', '212.555.0124 x5', '+44 20 7946 0958', '123', 'call me']

/** Fields that hold the address of a page, such as `linkedinUrl`, have the same rules. */
const isUrlField = (name: string) => name.endsWith('Url')
const URLS = fc.oneof(
  fc.webUrl({ size: 'small' }),
  fc.constantFrom(' HTTP://Example.com/ñ?a=%20#b ', 'https://[::1]:8080'),
)

/** Valid values of fields that have rules beyond their schema. */
const VALID: Record<string, fc.Arbitrary<Json>> = {
  email: sometimes(
    20,
    fc.constantFrom(...EMAILS),
    fc.emailAddress({ size: 'small' }).filter((s) => /^[\w.+-]{1,40}@[\w.-]+$/.test(s) && !/\.\.|^\.|\.@/.test(s)),
  ),
  phone: sometimes(25, fc.constantFrom(...PHONES), text(1, 100)),
  url: fc.constantFrom('https://hooks.example.com/in', 'https://EXAMPLE.org:443/?a=1'),
  linkedinUrl: fc.constantFrom('https://www.linkedin.com/in/jose-neruda', 'http://example.com/?a=1#b'),
  defaultCountry: fc.constantFrom('US', 'de', 'GB'),
  since: fc.integer({ min: 0, max: 1_795_000_000_000 }),
  expiresAt: fc.constantFrom(null, 4_102_444_800_000),
  stages: fc.uniqueArray(text(1, 50), { minLength: 1, maxLength: 5, selector: (s) => nameKey(s.trim()) }),
  labels: fc.oneof(
    someLabels,
    someLabels.map((names) => names.join(',')),
  ),
  resume: fc
    .oneof(
      fc.constantFrom(...Object.entries(BODIES).slice(0, 1), ...Object.entries(BODIES).slice(2)),
      fc.tuple(fc.constant('text/plain'), text(1, 300)),
    )
    .map(([contentType, content]) => asField(content, { contentType, fileName: 'cv' })),
  // only a response has an ETag
  pageToken: fc.constant(undefined),
  // so few numbers that some keys are used again, for the same request and for others
  'Idempotency-Key': sometimes(20, fc.stringMatching(/^[!-~][ -~]{0,253}[!-~]$/), fc.nat(20).map(String)),
  // of this database and of another one; newer than any state
  'X-D1-Bookmark': fc.constantFrom('00-00000000-00000001-00000000-0', '01-f', '00-ffffffff'),
  label: fc.oneof(fc.constantFrom('Hot', 'hot,cold', ','), fc.subarray(['Hot', 'Cold', 'x,y'], { minLength: 1 })),
  q: sometimes(50, fc.constantFrom('ann', 'a b', '(212) 555', '+44 20', 'ann@ex', '1234 5', '!'), text(1, 100)),
  fields: fc.constantFrom('id', 'firstName,email', 'labels, notes,,jobIds', ','),
}
VALID.excludeLabel = VALID.label as fc.Arbitrary<Json>
VALID.key = fc.stringMatching(/^[a-z0-9_]{1,40}$/)
VALID.options = fc.uniqueArray(labelName, { minLength: 1, maxLength: 5, selector: (s) => nameKey(s.trim()) })
VALID.required = fc.constant(false)
// the options of a field are known only in the test
VALID.renameOptions = fc.constant([])
VALID.addLabels = VALID.removeLabels = VALID.labels as fc.Arbitrary<Json>
// the document says only in words that an item cannot stop being the default
VALID.isDefault = fc.constant(true)

/** The key of the custom field of this type. The test creates it, and no request changes it. */
export const customKey = (type: string) => `fuzz_${type}`

/** Values of custom fields of every type. */
const customValues = (known: Known) =>
  fc.record(
    Object.fromEntries([
      ...Object.entries(VALUES).map(([type, { valid }]) => [customKey(type), fc.constantFrom(null, ...valid)]),
      [customKey('user'), fc.option(idOf(known, 'users', UNUSUAL_IDS))],
    ]),
    { requiredKeys: [] },
  )

const aNumber = fc.constantFrom('1', '-2.5', '1e3', '9007199254740991')
const aDate = fc.constantFrom('2024-02-29', '9999-12-31')
const FILTERS: [name: string, value: fc.Arbitrary<string>][] = [
  [customKey('text'), fc.constantFrom('One', 'x,y', ',')],
  [customKey('number'), aNumber],
  [`${customKey('number')}.gte`, aNumber],
  [`${customKey('number')}.lte`, aNumber],
  [customKey('boolean'), fc.constantFrom('true', 'false,true')],
  [`${customKey('date')}.lte`, aDate],
  [customKey('select'), fc.constantFrom('North', 'north,South', 'East')],
  [customKey('multiselect'), fc.constantFrom('North', 'north,South', 'East')],
]
const customFilters = fc.record(Object.fromEntries(FILTERS), { requiredKeys: [] })

/** A valid value for a field or a parameter. `where` is the part of the request. */
export function validValue(name: string, schema: Json, where: string, known: Known, kind: string): fc.Arbitrary<Json> {
  const types = typesOf(schema)
  const orNothing = (some: fc.Arbitrary<Json>) =>
    where === 'body' && types.includes('null')
      ? sometimes(15, some, fc.constantFrom(null, ...(types.includes('string') ? [''] : [])))
      : some
  if (name === 'name' && kind === 'labels' && where === 'body') return labelName
  const valid = VALID[name] ?? (isUrlField(name) ? URLS : undefined)
  if (valid) return orNothing(valid)
  if (name === 'custom') return where === 'query' ? customFilters : orNothing(customValues(known))
  if (name === 'moveTo') return idOf(known, kind)
  if (/^If-/.test(name))
    return fc.constantFrom('*', '1', '"1-0"', 'W/"1-0", "2-7"', 'x,,"', ...(known.etags ?? []).slice(-3))
  const named = KINDS_OF[name]
  if (named) {
    const id = idOf(known, named, where === 'body' ? UNUSUAL_IDS : [])
    return orNothing(name === 'jobIds' ? fc.uniqueArray(id, { maxLength: 3 }) : id)
  }
  if (schema.enum) return fc.constantFrom(...schema.enum)
  if ('const' in schema) return fc.constant(schema.const)
  const value: Record<string, () => fc.Arbitrary<Json>> = {
    string: () => text(schema.minLength ?? 0, schema.maxLength ?? 100),
    integer: () => fc.integer({ min: schema.minimum ?? 0, max: schema.maximum ?? 2 ** 40 }),
    boolean: () => fc.boolean(),
    array: () =>
      fc.array(validValue('', schema.items, where, known, kind), { minLength: schema.minItems ?? 0, maxLength: 4 }),
    object: () => validObject(schema, known, kind),
  }
  return orNothing((value[types.find((type) => type !== 'null') ?? ''] as () => fc.Arbitrary<Json>)())
}

/** A valid object: a body, or a field of one. */
export const validObject = ({ properties = {}, required = [] }: Json, known: Known, kind: string) =>
  fc.record(
    Object.fromEntries(
      Object.entries<Json>(properties).map(([name, schema]) => {
        const value = validValue(name, schema, 'body', known, kind)
        return [name, required.includes(name) ? value : fc.option(value, { nil: undefined, freq: 2 })]
      }),
    ),
  )

const typesOf = (schema: Json): string[] => (schema.anyOf ? schema.anyOf.flatMap(typesOf) : [schema.type].flat())

const VALUES_OF_TYPE: Record<string, Json[]> = {
  object: [{ nested: true }],
  array: [[1]],
  string: ['', '1'],
  number: [1.5, 1e300],
  integer: [1],
  boolean: [true],
  null: [null],
}

const CONTROL = ['a\u0000b', '\u007f', 'a\udc00b']

const many = (length: number, of: (i: number) => Json) => Array.from({ length }, (_, i) => of(i))

const INVALID_URLS = ['x', '//example.com', 'ftp://example.com', 'javascript:alert(1)', 'https://', 'https://a b.com']

/** Values that are invalid for a reason beyond their schema. */
const INVALID: Record<string, Json[]> = {
  email: ['a', 'a@b', '@example.com', 'a b@example.com', 'a@example.com,b@example.com', 'a..b@example.com'],
  url: [
    'x',
    '//example.com',
    'ftp://example.com',
    'javascript:alert(1)',
    'https://10.0.0.1',
    'https://a:b@example.com',
  ],
  linkedinUrl: ['x', '//example.com', 'ftp://example.com', 'javascript:alert(1)'],
  defaultCountry: ['XX', 'U', '12', '  '],
  since: [8_000_000_000_000_000],
  expiresAt: [0, 1],
  stages: [['A', 'a'], ['A', ' a '], [' ']],
  labels: ['x'.repeat(65), ['a', 'x'.repeat(65)], many(101, String), 'a\u0000', [['a']], [null]],
}
INVALID.resume = [
  {},
  asField(''),
  asField('\0'),
  ...[
    { fileName: '' },
    { fileName: 'x'.repeat(256) },
    { contentType: 'application/pdf' },
    { contentType: 'image/png' },
    { content: '****' },
    { content: 1 },
    { [UNKNOWN]: 1 },
  ].map((given) => asField('A text.', given)),
]
INVALID.addLabels = INVALID.removeLabels = INVALID.labels as Json[]
INVALID.isDefault = [false]
INVALID.required = [true]
INVALID.key = ['', 'A', 'a b', 'é', 'a-b']
INVALID.options = [['a', 'A'], ['a,b'], ['x'.repeat(65)], ['a\u0000']]
INVALID.renameOptions = [[{ from: 'a' }], [{ from: 'a', to: '' }]]
INVALID.custom = [
  ...Object.entries(VALUES).flatMap(([type, { invalid }]) => invalid.map(([value]) => ({ [customKey(type)]: value }))),
  { [customKey('user')]: 1 },
  ...['__proto__', 'constructor', '', UNKNOWN].map((name) => Object.fromEntries([[name, 'x']])),
]
/** Fields that the document shows as arrays, and that also take a text with commas. */
const TAKE_TEXT = ['labels', 'addLabels', 'removeLabels']

/** Invalid values of every kind for the field of a body. */
export function invalidValues(name: string, schema: Json): Json[] {
  const types = [...typesOf(schema), ...(TAKE_TEXT.includes(name) ? ['string'] : [])]
  const { enum: allowed, minLength = 0, maxLength, minimum, maximum, minItems = 0, maxItems } = schema
  return [
    ...Object.entries(VALUES_OF_TYPE).flatMap(([type, values]) =>
      types.includes(type) || (type === 'integer' && types.includes('number')) ? [] : values,
    ),
    ...(allowed && types.includes('string') ? [UNKNOWN, `${allowed[0]}x`] : []),
    ...(types.includes('string') && minLength > 0 ? ['', ' \t\n '] : []),
    ...(maxLength ? ['x'.repeat(maxLength + 1), '😀'.repeat(maxLength + 1), ...CONTROL] : []),
    ...(minimum === undefined ? [] : [minimum - 1]),
    ...(maximum === undefined ? [] : [maximum + 1]),
    ...(minItems > 0 ? [[]] : []),
    ...(maxItems ? [many(maxItems + 1, (i) => `${UNKNOWN}${i}`)] : []),
    // an input of a batch fails alone
    ...(schema.items && name !== 'inputs' ? invalidValues('', schema.items).map((value) => [value]) : []),
    ...(INVALID[name] ?? (isUrlField(name) ? INVALID_URLS : [])),
  ]
}

/** Invalid values of every kind for a query parameter. Each is a list, because a parameter can be given more than once. */
export function invalidParameters(name: string, schema: Json): string[][] {
  const types = typesOf(schema)
  const { enum: allowed, minimum, maximum, maxLength = schema.anyOf?.[0].maxLength } = schema
  return [
    [''],
    [' '],
    ...(types.includes('array') ? [['x', '']] : [['x', 'y']]),
    ...(types.includes('integer') ? [['abc'], ['1.5'], ['-1'], ['1e2'], ['0x1'], ['١']] : []),
    ...(types.includes('boolean') ? [['1'], ['yes'], ['True'], ['null']] : []),
    ...(allowed ? [[UNKNOWN]] : []),
    ...(minimum > 0 ? [[String(minimum - 1)]] : []),
    ...(maximum ? [[String(maximum + 1)]] : []),
    ...(types.includes('string') && maxLength ? [['x'.repeat(maxLength + 1)], ['a\u0000b'], ['\u007f']] : []),
    ...(name === 'pageToken' ? [['x'], ['WyJ4Il0'], ['"']] : []),
    ...(name === 'fields' ? [['id,nope'], ['ID'], ['id;email']] : []),
    ...(/label$/i.test(name) ? [[many(11, String).join(',')], many(11, String)] : []),
  ]
}
