import type { Descriptions, Operation, Section } from '../http/openapi'

// biome-ignore lint/suspicious/noExplicitAny: any JSON
export type Json = { [key: string]: any }

/** The document as plain JSON, with simpler schemas. */
export const tidy = (document: object): Json =>
  JSON.parse(JSON.stringify(document).replaceAll('ProspectOutput"', 'Prospect"'), (_, value) =>
    withoutSafeBounds(withoutFixedBoolean(withoutNullDefault(withNull(value)))),
  )

/** `anyOf: [{type: T, …}, {type: null}]` as `{type: [T, null], …}`. */
function withNull(schema: Json): Json {
  const [first, second, ...others] = schema?.anyOf ?? []
  if (second?.type !== 'null' || others.length > 0 || typeof first.type !== 'string') return schema
  const { anyOf, ...rest } = schema
  return { ...first, type: [first.type, 'null'], ...rest, ...(first.enum && { enum: [...first.enum, null] }) }
}

/** Removes `default: null`, which says nothing: an absent field is null. Many generators cannot read it. */
function withoutNullDefault(schema: Json): Json {
  if (schema?.default === null) delete schema.default
  return schema
}

/** Removes the `const` of a boolean: openapi-generator makes a Java class of it that does not compile. */
function withoutFixedBoolean(schema: Json): Json {
  if (typeof schema?.const === 'boolean') delete schema.const
  return schema
}

/** Removes bounds that say nothing: interoperable JSON has only safe integers (RFC 8259, section 6). */
function withoutSafeBounds(schema: Json): Json {
  if (schema?.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum
  if (schema?.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum
  return schema
}

/**
 * Adds descriptions to the query parameters and the body fields of an operation of the document, also to the fields of inputs
 * (`inputs`), of a change (`set`) and of filters.
 */
export function describeInputs(operation: Json, section: Section, { operationId, fields }: Operation): void {
  for (const parameter of operation.parameters ?? []) {
    if (['integer', 'boolean'].includes(parameter.schema.type)) {
      delete parameter.schema.minLength
      delete parameter.schema.maxLength
      delete parameter.schema.pattern
    }
    if (parameter.in !== 'query') continue
    const { description, example } = section.parameters?.[parameter.name] ?? missing(operationId, parameter.name)
    parameter.description = description
    // in the schema, because the page would fill in an example of the parameter itself
    if (example !== undefined) parameter.schema.examples = [example]
  }
  const describe = ({ properties = {} }: Json, descriptions: Descriptions = {}) => {
    for (const [name, schema] of Object.entries<Json>(properties)) {
      Object.assign(schema, fields?.[name] ?? descriptions[name] ?? missing(operationId, name))
      if (schema.items) describe(schema.items, descriptions)
      if (name === 'filters') describe(schema, section.parameters)
      if (name === 'set') describe(schema, section.fields)
    }
  }
  describe(operation.requestBody?.content['application/json']?.schema ?? {}, section.fields)
}

function missing(operationId: string, name: string): never {
  throw new Error(`Nothing describes ${name} of ${operationId}`)
}
