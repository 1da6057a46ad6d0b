// Writes the reference from the OpenAPI document: Markdown for each operation and object, and a form that calls the operation.
import { escapeHtml } from './markdown.mjs'
import { createDescriber } from './schema.mjs'

/** @typedef {{ id: string, title: string, text: string, sample: string, form: string }} Entry */

/** The operations of the document in its order: `{method, path, operation}`. Webhooks, which are the path items among the components, have the method `event`. */
export function operationsOf({ paths, components }) {
  const list = (items, methodOf) =>
    Object.entries(items).flatMap(([path, item]) =>
      Object.entries(item).map(([method, operation]) => ({ method: methodOf(method), path, operation })),
    )
  return [...list(paths, (method) => method), ...list(components.pathItems, () => 'event')]
}

/**
 * The reference as sections of entries: one section for each tag of the document, then the objects, then the codes of errors.
 * @returns {{ title: string, text: string, entries: Entry[] }[]}
 */
export function referenceOf(document) {
  const describer = createDescriber(document)
  const operations = operationsOf(document)
  const tags = document.tags.map(({ name, description }) => ({
    title: name,
    text: description,
    entries: operations
      .filter(({ operation }) => operation.tags[0] === name)
      .map((each) => entryOf(each, describer, document)),
  }))
  const objects = Object.entries(document.components.schemas).map(([name, schema]) => ({
    id: name,
    title: name,
    text: [schema.description, describer.fieldsOf(schema) || `Is ${describer.typeOf(schema)}.`]
      .filter(Boolean)
      .join('\n\n'),
    sample: schema.properties ? jsonBlock(describer.exampleOf(schema)) : '',
    form: '',
  }))
  const [, codes] = document.info.description.split(/^## Codes$/m)
  if (!codes) throw new Error('The introduction of the OpenAPI document has no section "Codes".')
  return [
    ...tags,
    { title: 'Objects', text: 'The objects in requests, responses and events.', entries: objects },
    { title: 'Codes', text: codes.trim(), entries: [] },
  ]
}

const jsonBlock = (value) => `\`\`\`json\n${JSON.stringify(value, null, 2)}\n\`\`\``

/** A description begins with its own words. What it quotes of the guides follows, each under a bold heading. */
function splitDescription(description = '') {
  const [lead, ...quotes] = description.split(/\n\n(?=\*\*[^*\n]+\*\*\n\n)/)
  return { lead, quotes: quotes.join('\n\n').replace(/^\*\*([^*\n]+)\*\*$/gm, '#### $1') }
}

function entryOf({ method, path, operation }, describer, document) {
  const { lead, quotes } = splitDescription(operation.description)
  const isEvent = method === 'event'
  const parameters = (operation.parameters ?? []).map(({ name, in: where, required, schema, description }) =>
    describer.line(name, schema, description, [where !== 'query' && where, required && 'required']),
  )
  const text = [
    `\`${method.toUpperCase()} ${path}\``,
    lead,
    parameters.length > 0 && `#### ${isEvent ? 'Headers' : 'Parameters'}\n\n${parameters.join('\n')}`,
    bodyOf(operation.requestBody, describer),
    `#### Responses\n\n${responsesOf(operation.responses, document, describer)}`,
    quotes,
  ]
  return {
    id: operation.operationId,
    title: operation.summary.replace(/\.$/, ''),
    method,
    path,
    text: text.filter(Boolean).join('\n\n'),
    sample: isEvent ? eventSample(operation, describer) : callSample({ method, path, operation }, describer),
    form: isEvent ? '' : formOf({ method, path, operation }, describer),
  }
}

function bodyOf(requestBody, { resolve, choicesOf, fieldsOf, typeOf }) {
  if (!requestBody) return ''
  const { 'application/json': json, ...files } = requestBody.content
  if (!json)
    return `#### Body\n\nThe file: ${Object.keys(files)
      .map((type) => `\`${type}\``)
      .join(', ')}.`
  if (json.schema.$ref) return `#### Body\n\n${typeOf(json.schema)}\n\n${fieldsOf(resolve(json.schema))}`
  return `#### Body\n\n${choicesOf(json.schema)
    .map((choice) => fieldsOf(resolve(choice)))
    .join('\n\nor\n\n')}`
}

function responsesOf(responses, document, { typeOf }) {
  const lines = Object.entries(responses).map(([status, given]) => {
    const { description, content = {} } = given.$ref
      ? document.components.responses[given.$ref.split('/').at(-1)]
      : given
    const [[type, media] = []] = Object.entries(content)
    const body = type === 'application/json' ? typeOf(media.schema) : Object.keys(content).join(', ')
    const isError = /^[45]\d\d$/.test(status)
    const text = description.trim().replace(/\s*\n\s*/g, ' ')
    return { status, isError, line: `- \`${status}\` ${body && !isError ? `*${body}*` : ''}<br>${text}` }
  })
  const errors = lines.filter(({ isError }) => isError)
  const good = lines
    .filter(({ isError }) => !isError)
    .map(({ line }) => line)
    .join('\n')
  if (errors.length === 0) return good
  const summary = `Errors: ${errors.map(({ status }) => status).join(', ')}`
  return `${good}\n\n<details>\n<summary>${summary}</summary>\n\n${errors.map(({ line }) => line).join('\n')}\n\n</details>`
}

/** The token of an operation: an API key, the operator's token, or none. */
const secretOf = ({ security = [] }) => Object.keys(security[0] ?? {})[0]
const SECRETS = { bearerKey: 'KEY', operatorToken: 'ADMIN_TOKEN' }

/** An example of the body of an operation, or undefined. */
const bodyExampleOf = ({ requestBody }, { exampleOf }) => {
  const json = requestBody?.content['application/json']
  return json && (json.example ?? Object.values(json.examples ?? {})[0]?.value ?? requiredOnly(json.schema, exampleOf))
}

/** Only the required fields: the optional ones contradict each other in some calls. */
function requiredOnly(schema, exampleOf) {
  const example = exampleOf(schema)
  const { required = [] } = schema
  return Object.fromEntries(Object.entries(example).filter(([name]) => required.includes(name)))
}

function callSample({ method, path, operation }, describer) {
  const secret = secretOf(operation)
  const body = bodyExampleOf(operation, describer)
  const [fileType] = Object.keys(operation.requestBody?.content ?? {})
  const query = (operation.parameters ?? []).filter(({ in: where, required }) => where === 'query' && required)
  const search = query.map(({ name, schema }) => `${name}=${describer.exampleOf(schema)}`).join('&')
  const address = `http://localhost:8787${path.replace(/\{(\w+)\}/g, (_, name) => `$${name.toUpperCase()}`)}`
  const lines = [
    `curl ${method === 'get' ? '' : `-X ${method.toUpperCase()} `}"${address}${search && `?${search}`}"`,
    secret && `-H "Authorization: Bearer $${SECRETS[secret] ?? 'KEY'}"`,
    body && `-H 'Content-Type: application/json'`,
    body && `-d '${JSON.stringify(body, null, 2).replaceAll("'", "'\\''")}'`,
    !body && fileType && `-H 'Content-Type: ${fileType}'`,
    !body && fileType && `--data-binary @file`,
  ]
  const request = `\`\`\`sh\n${lines.filter(Boolean).join(' \\\n  ')}\n\`\`\``
  const response = Object.entries(operation.responses).find(([status]) => status.startsWith('2'))?.[1]
  const json = response?.content?.['application/json']
  return json ? `${request}\n\nResponse:\n\n${jsonBlock(json.example ?? describer.exampleOf(json.schema))}` : request
}

const eventSample = ({ requestBody }, { exampleOf }) =>
  jsonBlock(exampleOf(requestBody.content['application/json'].schema))

/** A form that makes the call. Its fields are named `<in>.<name>`, as in `query.limit`; docs.js sends it. */
export function formOf({ method, path, operation }, describer) {
  const { operationId, parameters = [], requestBody } = operation
  const field = (label, hint, control) => `<label><span>${label} <small>${hint}</small></span>${control}</label>`
  const secret = secretOf(operation)
  const fields = [
    secret &&
      field(
        secret === 'operatorToken' ? 'Operator token' : 'Your key',
        'stays in this page',
        `<input data-secret="${secret}" autocomplete="off" spellcheck="false" required>`,
      ),
    ...parameters.map(({ name, in: where, required, schema }) =>
      field(
        name,
        required ? 'required' : where,
        controlOf(`${schema.type === 'object' ? 'entries' : where}.${name}`, schema, required),
      ),
    ),
    requestBody && bodyControl(requestBody, bodyExampleOf(operation, describer), field),
  ]
  return `<details class="try"><summary>Try it <code>${method.toUpperCase()} ${path}</code></summary>
<form data-operation="${operationId}" data-method="${method.toUpperCase()}" data-path="${path}">
${fields.filter(Boolean).join('\n')}
<button>Send</button>
<output></output>
</form></details>`
}

function controlOf(name, schema, required) {
  const attributes = `name="${name}"${required ? ' required' : ''}`
  const values = schema.enum ?? (schema.type === 'boolean' ? [true, false] : undefined)
  if (values)
    return `<select ${attributes}><option></option>${values.map((value) => `<option>${value}</option>`).join('')}</select>`
  const example = schema.example ?? schema.examples?.[0]
  const shown = schema.type === 'object' ? new URLSearchParams(example) : example
  const placeholder = example === undefined ? '' : ` placeholder="${escapeHtml(String(shown))}"`
  return `<input ${attributes}${placeholder} autocomplete="off" spellcheck="false">`
}

function bodyControl({ content }, example, field) {
  if (content['application/json']) {
    const json = escapeHtml(JSON.stringify(example, null, 2))
    const rows = Math.min(12, json.split('\n').length)
    return field('Body', 'JSON', `<textarea name="body.json" rows="${rows}" spellcheck="false">${json}</textarea>`)
  }
  const types = Object.keys(content)
    .map((type) => `<option>${type}</option>`)
    .join('')
  return (
    field('Content-Type', 'header', `<select name="header.Content-Type">${types}</select>`) +
    field('File', 'body', '<input type="file" name="body.file" required>')
  )
}
