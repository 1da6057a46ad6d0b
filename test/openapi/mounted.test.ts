import { expect, test } from 'vitest'
import { app } from '../../src/app'
import { createDocumentOf } from '../support/document'

test('a route for all methods must be described like a route for one method', () => {
  const everything = { basePath: '/', method: 'ALL', path: '/everything', handler: async () => new Response('Here.') }
  expect(() => createDocumentOf({ routes: [...app.routes, everything] })).toThrow(
    'ALL /everything is mounted and not described',
  )
})
