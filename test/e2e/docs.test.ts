import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { createConfig, lintFromString } from '@redocly/openapi-core'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { builtFlags, cleanUp, migratedFolder, type Service, startService, until } from './service'

const OPERATOR = 'operator-of-the-docs'

let service: Service
let browser: Browser
/** A key of the demo account. */
let key: string
/** What the pages wrote to the console as errors, and the origins that they called. */
const errors: string[] = []
const called = new Set<string>()

/** A file that an older version has left. */
const DROPPED = join(import.meta.dirname, '../../dist/assets/docs/dropped.js')

beforeAll(async () => {
  mkdirSync(join(DROPPED, '..'), { recursive: true })
  writeFileSync(DROPPED, '')
  service = await startService(migratedFolder(), [`--var=ADMIN_TOKEN:${OPERATOR}`, ...builtFlags()])
  await until('the demo key', () => /API key: \S+/.test(service.output()), service.output)
  ;[, key = ''] = /API key: (\S+)/.exec(service.output()) ?? []
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

test('a file that is no longer part of the site is not served', async () => {
  expect((await fetch(`${service.origin}/docs/dropped.js`)).status).toBe(404)
})

const PAGES = globSync('docs/api/*.md', { cwd: join(import.meta.dirname, '../..') })
  .map((file) => file.replace(/^docs\/api\/(.*)\.md$/, '/docs/$1'))
  .concat('/docs', '/docs/changelog')

test('llms-full.txt has every guide and every call', async () => {
  const full = await (await fetch(`${service.origin}/llms-full.txt`)).text()
  for (const page of PAGES.filter((path) => path !== '/docs' && path !== '/docs/changelog'))
    expect(full).toContain(await (await fetch(`${service.origin}${page}.md`)).text())
  for (const path of Object.keys((await documentOf()).paths)) expect(full).toContain(` ${path}\``)
})

/** `.ci/run` installs Chromium and sets `CHROMIUM`. Without it, these tests need one in the usual place. */
const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium'
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const DESKTOP = { width: 1280, height: 800 }
const PHONE = { width: 390, height: 844 }

/** A new page that records its errors and the origins that it calls. */
async function openPage(options: BrowserContextOptions): Promise<Page> {
  const page = await browser.newPage(options)
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()))
  page.on('pageerror', (error) => errors.push(String(error)))
  page.on('request', (request) => called.add(new URL(request.url()).origin))
  return page
}

/** The findings of axe in a page, and how far it is wider than its window. */
async function flawsOf(page: Page) {
  await page.evaluate(AXE)
  const findings = await page.evaluate(
    'axe.run().then(({ violations }) => violations.map(({ id, nodes }) => [id, ...nodes.map(({ html }) => html)]))',
  )
  return { findings, overflow: await page.evaluate('document.documentElement.scrollWidth - innerWidth') }
}
const NO_FLAWS = { findings: [], overflow: 0 }

/** Sends the form of an operation and resolves to what the page shows of the response. */
async function send(page: Page, operationId: string, fields: Record<string, string> = {}): Promise<string> {
  const form = page.locator(`form[data-operation="${operationId}"]`)
  if (!(await form.isVisible())) await page.locator('details.try', { has: form }).locator('summary').click()
  for (const [name, value] of Object.entries(fields)) await form.locator(`[name="${name}"]`).fill(value)
  await form.locator('button').click()
  await form.locator('output pre').waitFor()
  return (await form.locator('output').textContent()) ?? ''
}

describe.skipIf(!process.env.CHROMIUM && !existsSync(CHROMIUM))('the site, in a browser', () => {
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] })
  })

  describe.each([
    { colorScheme: 'light', viewport: DESKTOP },
    { colorScheme: 'dark', viewport: PHONE },
  ] as const)('$colorScheme, $viewport.width pixels wide', (options) => {
    test('leads from / to the guides and the reference, and axe finds nothing', async () => {
      const page = await openPage(options)
      await page.goto(`${service.origin}/`)
      expect(page.url()).toBe(`${service.origin}/docs`)
      expect(await flawsOf(page)).toEqual(NO_FLAWS)
      await page.getByRole('link', { name: 'Quickstart' }).first().click()
      await page.waitForURL('**/docs/quickstart')
      for (const name of ['Changelog', 'Errors']) {
        if (options.viewport === PHONE) await page.getByRole('button', { name: 'Menu' }).click()
        await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name }).click()
        await page.waitForURL(`**/docs/${name.toLowerCase()}`)
      }
      expect(await flawsOf(page)).toEqual(NO_FLAWS)
      await page.getByRole('link', { name: 'Reference' }).click()
      await page.waitForURL('**/docs/reference')
      const first = await page.locator('.entry h3').first().boundingBox()
      expect(first?.y).toBeLessThan(options.viewport.height)
      await page.close()
    })

    test('sends calls with the key of the reader, and axe finds nothing in form and response', async () => {
      const page = await openPage(options)
      await page.goto(`${service.origin}/docs/quickstart`)
      await page.locator('details.try summary').first().click()
      await page.getByLabel('Your key').first().fill(key)
      expect(await send(page, 'getMe')).toMatch(/^200 .*"Demo brokerage"/s)
      expect(await page.locator('.code').filter({ hasText: 'KEY=' }).first().textContent()).toContain(`KEY=${key}`)
      expect(await send(page, 'listProspects', { 'query.label': 'Hot', 'query.limit': '2' })).toMatch(
        /"totalCount": \d+/,
      )
      expect(await flawsOf(page)).toEqual(NO_FLAWS)
      await page.close()
    })
  })

  test('axe finds nothing in the other pages, and none is wider than a phone', async () => {
    const page = await openPage({ viewport: PHONE })
    for (const path of PAGES.filter((path) => !['/docs', '/docs/errors', '/docs/quickstart'].includes(path))) {
      await page.goto(service.origin + path)
      expect(await flawsOf(page), path).toEqual(NO_FLAWS)
    }
    await page.close()
  })

  test('the reference shows every operation, and axe finds nothing', async () => {
    const page = await openPage({ viewport: DESKTOP })
    await page.goto(`${service.origin}/docs/reference`)
    const { paths, components } = await documentOf()
    for (const { operationId } of [...Object.values<any>(paths), ...Object.values<any>(components.pathItems)].flatMap(
      Object.values<any>,
    ))
      expect(await page.locator(`h3#${operationId}`).count(), operationId).toBe(1)
    // all entries have the same parts, and axe would take a minute for all of them
    await page.evaluate("for (const entry of document.querySelectorAll('.entry:not(:nth-of-type(6n))')) entry.remove()")
    expect(await flawsOf(page)).toEqual(NO_FLAWS)
    await page.close()
  })

  test('the reference makes calls with bodies, ids and the token of the operator', async () => {
    const page = await openPage({ viewport: DESKTOP })
    await page.goto(`${service.origin}/docs/reference`)
    for (const [secret, token] of [
      ['bearerKey', key],
      ['operatorToken', OPERATOR],
    ] as const) {
      await page.locator(`details.try:has([data-secret=${secret}]) summary`).first().click()
      await page.locator(`[data-secret=${secret}]`).first().fill(token)
    }
    const created = await send(page, 'createJob')
    expect(created).toMatch(/^201 /)
    const [, id = ''] = /"id": "(\w+)"/.exec(created) ?? []
    expect(await send(page, 'getJob', { 'path.id': id })).toContain(id)
    expect(await send(page, 'getJob', { 'path.id': 'job_x' })).toMatch(/^404 .*"not_found"/s)
    expect(await send(page, 'listAccounts')).toMatch(/^200 /)
    await page.close()
  })

  test('the search finds a call and a section, and opens it', async () => {
    const page = await openPage({ viewport: DESKTOP })
    await page.goto(`${service.origin}/docs`)
    await page.keyboard.press('/')
    await page.keyboard.type('merge dupl')
    await page.getByRole('link', { name: 'Merge a duplicate into a prospect' }).waitFor()
    await page.getByLabel('Search the documentation').fill('synchron copy')
    await page.getByRole('dialog').getByRole('link', { name: 'Synchronising a copy' }).first().waitFor()
    expect(await flawsOf(page)).toEqual(NO_FLAWS)
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await page.waitForURL('**/docs/finding#synchronising-a-copy')
    await page.close()
  })

  test('a chosen theme stays, and nothing else is stored', async () => {
    const page = await openPage({ viewport: DESKTOP, colorScheme: 'light' })
    await page.goto(`${service.origin}/docs/quickstart`)
    await page.locator('details.try summary').first().click()
    await page.getByLabel('Your key').first().fill(key)
    await page.getByRole('button', { name: 'Light or dark' }).click()
    await page.goto(`${service.origin}/docs/errors`)
    expect(await page.evaluate('getComputedStyle(document.documentElement).colorScheme')).toBe('dark')
    expect(await page.evaluate('JSON.stringify([localStorage, sessionStorage, document.cookie])')).toBe(
      '[{"theme":"dark"},{},""]',
    )
    await page.close()
  })

  test('no page calls another host or writes an error to the console', () => {
    expect([...called]).toEqual([service.origin])
    // Chromium reports each error status of a call as an error
    expect(errors.filter((error) => !error.includes('status of 404'))).toEqual([])
  })
})
