import { zValidator } from '@hono/zod-validator'
import type { Context, MiddlewareHandler, Next } from 'hono'
import { HTTPException } from 'hono/http-exception'
import * as z from 'zod'
import { invalidInput, malformedJson, unsupportedMediaType } from './errors'
import type { AppEnv, InputError } from './factory'
import type { FieldErrorCode } from './field-errors'
import { holdsTooMuch, MAX_JSON_DEPTH, MAX_JSON_VALUES } from './json'

type Target = 'json' | 'query'
type Schemas = { [T in Target]?: z.ZodType }
type Validated<S extends Schemas> = {
  in: { [T in keyof S]: S[T] extends z.ZodType ? z.input<S[T]> : never }
  out: { [T in keyof S]: S[T] extends z.ZodType ? z.output<S[T]> : never }
}

/**
 * Checks the query and the JSON body together, and throws one 400 with all errors. A route without a query schema accepts
 * no parameters; an unknown parameter is always an error. Routes read the results with `c.req.valid('query')` and
 * `c.req.valid('json')`. The OpenAPI document takes the schemas from `schemas`.
 *
 * A route can check more of the body later, by the data of the account. `moreErrors` finds these errors: it is called only
 * if the body has other errors, so that all are reported together.
 */
export const validate = <S extends Schemas>(
  schemas: S,
  moreErrors?: (c: Context<AppEnv>, body: unknown) => Promise<InputError[]>,
): MiddlewareHandler<AppEnv, string, Validated<S>> & { schemas: S } =>
  Object.assign(
    async function validate(c: Context<AppEnv>, next: Next) {
      const errors: InputError[] = [...(c.get('headerErrors') ?? [])]
      if (schemas.json) await readJson(c, () => c.req.method === 'POST' && schemas.json?.safeParse({}).success === true)
      for (const [target, where] of [
        ['query', 'query'],
        ['json', 'body'],
      ] as const) {
        const schema = schemas[target] ?? (target === 'query' && c.req.url.includes('?') ? NoFields : undefined)
        if (!schema) continue
        const check = zValidator(target, target === 'query' ? withEntries(schema) : schema, (result, ctx) => {
          if (result.success) return
          errors.push(...result.error.issues.flatMap((issue) => toErrors(where, issue, result.data)))
          return ctx.body(null)
        })
        await check(c as never, async () => {}).catch((error) => {
          throw error instanceof HTTPException ? malformedJson() : error
        })
      }
      if (errors.length > 0 && moreErrors) errors.push(...(await moreErrors(c, await c.req.json().catch(() => null))))
      if (errors.length > 0) throw invalidInput(errors)
      await next()
    },
    { schemas },
  )

const ENTRIES = new WeakSet<z.ZodType>()

/** Marks the schema of a query parameter with entries: `custom.region=x` and `custom[region]=x` are its entry `region`. */
export function entries<S extends z.ZodType>(schema: S): S {
  ENTRIES.add(schema)
  return schema
}

/** The schema for a query, with the entries of its parameters as objects. */
function withEntries(schema: z.ZodType): z.ZodType {
  const { shape = {} } = schema as Partial<z.ZodObject>
  const named = Object.keys(shape).filter((name) => ENTRIES.has(shape[name] as z.ZodType))
  if (named.length === 0) return schema
  return z.preprocess((query) => {
    const all = new Map<string, unknown>(Object.entries(query as object))
    for (const [given, value] of [...all]) {
      const [, name = '', dotted, bracketed] = /^(\w+)(?:\.(.+)|\[(.+)\])$/s.exec(given) ?? []
      const entry = dotted ?? bracketed
      if (entry === undefined || !named.includes(name)) continue
      all.delete(given)
      const entries = new Map<string, unknown>(Object.entries(all.get(name) ?? {}))
      const before = entries.get(entry)
      entries.set(entry, before === undefined ? value : [before, value].flat())
      all.set(name, Object.fromEntries(entries))
    }
    return Object.fromEntries(all)
  }, schema)
}

/** The schema of a query without parameters, or of a body without fields. */
export const NoFields = z.strictObject({})

/** Throws 415 for a body with a `Content-Encoding`, such as gzip. */
export function requireUnencoded(c: Context): void {
  if (c.req.header('content-encoding')) throw unsupportedMediaType('Send the body without a Content-Encoding.')
}

/**
 * Decodes the body strictly and puts it where `c.req.json()` finds it. An empty body without a content type counts as an
 * empty object. If a POST requires no fields, an empty body of type JSON also counts as an empty object.
 */
async function readJson(c: Context, mayBeEmpty: () => boolean): Promise<void> {
  const bytes = await c.req.arrayBuffer()
  const type = c.req.header('content-type')
  if (bytes.byteLength === 0 && !type) return
  const charset = /;\s*charset\s*=\s*"?([^";\s]+)/i.exec(type ?? '')?.[1] ?? 'utf-8'
  if (!/^\s*application\/json\s*(;|$)/i.test(type ?? '') || charset.toLowerCase() !== 'utf-8')
    throw unsupportedMediaType('Send the body as application/json, in UTF-8.')
  requireUnencoded(c)
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes)
  } catch {
    throw malformedJson()
  }
  if (holdsTooMuch(text)) throw invalidInput([{ in: 'body', pointer: '', ...TOO_MUCH_JSON }])
  Object.assign(c.req.bodyCache, { text: Promise.resolve(text === '' && mayBeEmpty() ? '{}' : text) })
}

/** The error for JSON that exceeds the limits. */
export const TOO_MUCH_JSON = {
  code: 'too_many' as const,
  message: `This may hold at most ${MAX_JSON_VALUES} values, nested at most ${MAX_JSON_DEPTH} levels deep.`,
}

const TYPES: Record<string, string> = {
  string: 'a string',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'an array',
  object: 'an object',
}

/** The message for an issue of zod, unless the schema has its own. zod's wording never reaches callers. */
function sentenceOf(issue: z.core.$ZodRawIssue): string {
  const isCount = issue.origin === 'array'
  switch (issue.code) {
    case 'invalid_type':
      return `This must be ${TYPES[issue.expected] ?? 'of another type'}.`
    case 'invalid_value':
      return `This must be one of ${issue.values.join(', ')}.`
    case 'too_small':
      return isCount ? `Give at least ${issue.minimum} of these.` : `This must be at least ${issue.minimum}.`
    case 'too_big':
      return isCount ? `Give at most ${issue.maximum} of these.` : `This must be at most ${issue.maximum}.`
    default:
      return 'This is not valid.'
  }
}

z.config({ customError: sentenceOf })

const CODES: Record<string, FieldErrorCode> = {
  invalid_type: 'wrong_type',
  invalid_union: 'wrong_type',
  invalid_value: 'not_allowed',
  invalid_format: 'wrong_format',
  too_small: 'too_small',
  too_big: 'too_large',
}

/** The errors of an issue of zod, with stable codes. A rule of a schema has its code in `params`. */
export function toErrors(where: InputError['in'], issue: z.core.$ZodIssue, input: unknown): InputError[] {
  // the entry of a query parameter is written with a dot
  const start = (key: PropertyKey, i: number) => (where === 'query' && i > 0 && typeof key === 'string' ? '.' : '/')
  const pointer = (path: PropertyKey[]) =>
    path.map((key, i) => `${start(key, i)}${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({
      in: where,
      pointer: pointer([...issue.path, key]),
      code: where === 'query' ? 'unknown_parameter' : 'unknown_field',
      message: where === 'query' ? 'There is no such parameter.' : 'There is no such field.',
    }))
  const given = issue.path.reduce<unknown>((value, key) => (value as Record<PropertyKey, unknown>)?.[key], input)
  const missing = issue.code === 'invalid_type' && given === undefined
  const own = issue.code === 'custom' ? (issue.params?.code as FieldErrorCode | undefined) : undefined
  const isRepeated = where === 'query' && issue.code === 'invalid_type' && Array.isArray(given)
  return [
    {
      in: where,
      pointer: pointer(issue.path),
      code: missing ? 'required' : (own ?? CODES[issue.code] ?? 'invalid'),
      message: missing ? 'This is required.' : isRepeated ? 'Give this parameter once.' : issue.message,
    },
  ]
}
