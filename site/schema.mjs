// Describes the JSON Schemas of the OpenAPI document in Markdown.

const code = (value) => `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``
const number = (n) => n.toLocaleString('en-US')

/** Returns what describes the schemas of this document. */
export function createDescriber(document) {
  const resolve = (schema) => (schema?.$ref ? document.components.schemas[nameOf(schema)] : schema)
  const nameOf = ({ $ref }) => $ref.split('/').at(-1)
  const choicesOf = (schema) => (schema.oneOf ?? schema.anyOf ?? [schema]).filter(({ type }) => type !== 'null')

  /** What a value may be, in words: "string or null". */
  function typeOf(schema) {
    if (schema.$ref) return `[${nameOf(schema)}](#${nameOf(schema)})`
    if ('const' in schema) return code(schema.const)
    if (schema.enum) return schema.enum.map(code).join(', ')
    const choices = schema.oneOf ?? schema.anyOf
    if (choices) return [...new Set(choices.map(typeOf))].join(' or ')
    const types = [schema.type ?? (schema.properties ? 'object' : 'any value')].flat()
    return types
      .map((type) => (type === 'array' && schema.items ? `array of ${typeOf(schema.items)}` : type))
      .join(' or ')
  }

  /** The bounds of a value, in words. */
  function boundsOf({ minLength, maxLength, minimum, maximum, maxItems, default: usual }) {
    const most = maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER ? number(maximum) : undefined
    return [
      minLength && 'not empty',
      maxLength && `at most ${number(maxLength)} characters`,
      minimum !== undefined && most ? `${number(minimum)} to ${most}` : most && `at most ${most}`,
      maxItems && `at most ${number(maxItems)} items`,
      usual !== undefined && `default ${code(usual)}`,
    ]
  }

  /** One line of a list: the name, what it may be, and what it means. `notes` come after the type. */
  const line = (name, schema, description, notes = []) => {
    const facts = [typeOf(schema), ...notes, ...boundsOf(schema)].filter(Boolean).join(', ')
    const text = (description ?? schema.description ?? '').replace(/\s*\n\s*/g, ' ')
    return `- \`${name}\` *${facts}*${text && `<br>${text}`}`
  }

  /** The objects that are written out in a schema, directly or in an array: they have no name to link to. */
  const nestedIn = (schema) =>
    choicesOf(schema).flatMap((choice) => (choice.items ? nestedIn(choice.items) : choice.properties ? [choice] : []))

  /** The fields of an object, as a list with the fields of inner objects indented. */
  function fieldsOf(schema, indent = '') {
    const { properties = {}, required = [] } = schema
    return Object.entries(properties)
      .flatMap(([name, field]) => [
        indent + line(name, field, undefined, required.includes(name) ? [] : ['optional']),
        ...nestedIn(field).map((inner) => fieldsOf(inner, `${indent}  `)),
      ])
      .filter(Boolean)
      .join('\n')
  }

  /** An example of a value: the schema's own, or one that is put together from its parts. */
  function exampleOf(schema) {
    const given = schema.example ?? schema.examples?.[0] ?? schema.const ?? schema.default ?? schema.enum?.[0]
    if (given !== undefined) return given
    if (schema.$ref) return exampleOf(resolve(schema))
    const choices = schema.oneOf ?? schema.anyOf
    // an object with a name has an example of its own
    if (choices?.some(({ $ref }) => $ref) && choices.some(({ type }) => type === 'null')) return null
    if (choices) return exampleOf(choicesOf(schema)[0])
    const [type] = [schema.type].flat()
    if (schema.properties)
      return Object.fromEntries(Object.entries(schema.properties).map(([name, field]) => [name, exampleOf(field)]))
    if ([schema.type].flat().includes('null')) return null
    return (
      { array: schema.items ? [exampleOf(schema.items)] : [], integer: 1, number: 1, boolean: true, object: {} }[
        type
      ] ?? '…'
    )
  }

  return { resolve, choicesOf, typeOf, line, fieldsOf, exampleOf }
}
