import { expect, test } from 'vitest'
import { app } from '../../src/app'
import { createApiDocument } from '../../src/openapi/document'

test('a route for all methods has to be described like any other', () => {
  app.all('/everything', (c) => c.text('Here.'))
  expect(() => createApiDocument([])).toThrow('ALL /everything is mounted and not described')
})
