import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createConfig, lintFromString } from '@redocly/openapi-core'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { cleanUp, migratedFolder, type Service, startService, until } from './service'

const OPERATOR = 'operator-of-the-docs'

let service: Service
let browser: Browser
let page: Page
/** What the page wrote to the console as an error, and whom it asked. */
const errors: string[] = []
const asked = new Set<string>()

/** What an older version has left among the files. */
const DROPPED = join(import.meta.dirname, '../../dist/assets/docs/dropped.js')

beforeAll(async () => {
  mkdirSync(join(DROPPED, '..'), { recursive: true })
  writeFileSync(DROPPED, '')
  service = await startService(migratedFolder(), [`--var=ADMIN_TOKEN:${OPERATOR}`])
  await until('the demo key', () => /API key: \S+/.test(service.output()), service.output)
})

afterAll(async () => {
  await browser?.close()
  await cleanUp()
})

const documentOf = async () => (await fetch(`${service.origin}/openapi.json`)).json() as Promise<any>

test('the document is clean under Redocly’s recommended rules', async () => {
  const config = await createConfig({ extends: ['recommended'] })
  const source = JSON.stringify(await documentOf())
  const problems = await lintFromString({ source, absoluteRef: 'openapi.json', config })
  expect(problems.map(({ ruleId, message, location }) => [ruleId, message, location[0]?.pointer])).toEqual([])
})

test('what is not among the files any more is not served', async () => {
  expect((await fetch(`${service.origin}/docs/dropped.js`)).status).toBe(404)
})

/** `.ci/run` installs one and names it; without it, and without one in the usual place, there is nothing to look with. */
const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium'

describe.skipIf(!process.env.CHROMIUM && !existsSync(CHROMIUM))('the page, in a browser', () => {
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] })
    page = await browser.newPage()
    page.on('console', (message) => message.type() === 'error' && errors.push(message.text()))
    page.on('pageerror', (error) => errors.push(String(error)))
    page.on('request', (request) => asked.add(new URL(request.url()).origin))
    await page.goto(`${service.origin}/`, { waitUntil: 'networkidle' })
  })

  test('is where / leads, and shows the guide and every operation', async () => {
    expect(page.url()).toBe(`${service.origin}/docs`)
    const { paths, webhooks } = await documentOf()
    const operations = [...Object.values<object>(paths), ...Object.values<object>(webhooks)].flatMap(Object.keys)
    await page.waitForSelector('.opblock')
    expect(await page.locator('.opblock').count()).toBe(operations.length)
    expect(await page.locator('#docs').textContent()).toContain('What do all calls share?')
  })

  test('sends a request with the demo key, and shows what was answered', async () => {
    const [, key = ''] = /API key: (\S+)/.exec(service.output()) ?? []
    await page.locator('button.authorize').first().click()
    // into whatever has the focus
    await page.keyboard.type(key)
    await page.keyboard.press('Enter')
    await page.locator('.auth-btn-wrapper button.btn-done').last().click()
    const operation = page.locator('#operations-Prospects-listProspects')
    await operation.locator('.opblock-summary-control').click()
    await operation.locator('button.execute').click()
    const answer = operation.locator('.live-responses-table')
    await answer.waitFor()
    expect(await answer.locator('tr.response .response-col_status').textContent()).toContain('200')
    expect(await answer.textContent()).toMatch(/"totalCount":\s*200/)
  })

  test('makes one thing after another: each call is one of its own', async () => {
    for (const operationId of ['Prospects-createProspect', 'Catalog-createJob']) {
      const operation = page.locator(`#operations-${operationId}`)
      await operation.locator('.opblock-summary-control').click()
      await operation.locator('button.execute').click()
      const answer = operation.locator('.live-responses-table')
      await answer.waitFor()
      expect(await answer.locator('tr.response .response-col_status').textContent()).toContain('201')
    }
  })

  test('asks nobody but the service, and has nothing to complain of', async () => {
    expect([...asked].filter((origin) => origin !== 'null')).toEqual([service.origin])
    expect(errors).toEqual([])
    expect(await page.locator('a[href*="spdx.org"]:visible').count()).toBe(0)
  })

  test('keeps no key when it is closed', async () => {
    expect(await page.evaluate('localStorage.length')).toBe(0)
  })
})
