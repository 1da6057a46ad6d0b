import { expect, test } from 'vitest'
import { createApiDocument, mountedRoutes } from '../src/openapi/document'
import guide from '../src/openapi/guide.md?raw'
import { send } from './api'

const document = createApiDocument(guide)

test('the document is served as it is made: `npm run openapi` was run', async () => {
  const { status, headers, json } = await send('GET', '/openapi.json')
  expect([status, headers.get('content-type')]).toEqual([200, 'application/json'])
  expect(json).toEqual(document)
})

test('every operation is told apart, and says what it takes', () => {
  const operations = Object.values(document.paths as object).flatMap((path) => Object.values(path)) as any[]
  expect(operations).toHaveLength(mountedRoutes().length)
  expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(operations.length)
  for (const { operationId, parameters = [], requestBody } of operations) {
    const fields = Object.entries<any>(requestBody?.content['application/json']?.schema.properties ?? {})
    const untold = [...parameters.map((p: any) => [p.name, p]), ...fields].filter(([, said]) => !said.description)
    expect([operationId, untold.map(([name]) => name)]).toEqual([operationId, []])
  }
})
