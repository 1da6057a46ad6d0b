import type { Context } from 'hono'
import { expect, onTestFinished, test } from 'vitest'
import { app } from '../../src/app'
import { createApiDocument } from '../../src/openapi/document'

test('a route for all methods must be described like any other', () => {
  // not `app.all`: an app that has served a request takes no more routes, and other test files share this one
  app.routes.push({ basePath: '/', method: 'ALL', path: '/everything', handler: (c: Context) => c.text('Here.') })
  onTestFinished(() => void app.routes.pop())
  expect(() => createApiDocument([])).toThrow('ALL /everything is mounted and not described')
})
