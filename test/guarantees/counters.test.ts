import { env } from 'cloudflare:workers'
import fc from 'fast-check'
import { afterEach, expect, test, vi } from 'vitest'
import { KINDS, type Kind } from '../../src/catalog/kinds'
import { type Account, type ApiResponse, newAccount } from '../support/api'
import { writeMany } from '../support/callers'
import { change, makeItem, remove } from '../support/catalog-items'
import { makeField } from '../support/custom-fields'
import { eventually } from '../support/eventually'
import { holdImports, imported } from '../support/import-files'

/**
 * Compares what triggers maintain (join tables, words, counters) with plain counts over `prospects`, after each of many
 * random calls, and after SQL statements that the product does not send.
 */

const LABELS = ['Hot', 'Cold', 'Inbound', 'VIP']

const row = fc.record(
  {
    firstName: fc.constantFrom('José', 'Ann', 'Ann-Marie'),
    lastName: fc.constantFrom('Nerúda', 'Lee'),
    email: fc.constantFrom('a@x.co', 'b@x.co', 'c@x.co', 'd@x.co', 'e@x.co'),
    title: fc.constantFrom('Agent', 'Senior Agent', null),
    company: fc.constantFrom('Acme Realty', 'Acme', null),
    labels: fc.subarray(LABELS),
    stage: fc.nat(20),
    job: fc.nat(20),
    custom: fc.record(
      {
        text: fc.constantFrom('a', 'B', 'b', null),
        number: fc.constantFrom(1, 0.1, -2, null),
        boolean: fc.boolean(),
        multiselect: fc.subarray(['North', 'South']),
      },
      { requiredKeys: [] },
    ),
    update: fc.boolean(),
  },
  { requiredKeys: ['firstName', 'lastName', 'update'] },
)
const step = fc.record({
  does: fc.constantFrom('write', 'import', 'patch', 'merge', 'erase', 'rename', 'move', 'relabel', 'abort'),
  rows: fc.array(row, { minLength: 1, maxLength: 4 }),
  labels: fc.subarray(LABELS),
  kind: fc.constantFrom<Kind['name']>('labels', 'stages', 'pipelines', 'jobs'),
  one: fc.nat(20),
  other: fc.nat(20),
})
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never

/** Takes a step. Returns the responses. */
async function take(
  account: Account,
  { does, rows, labels, kind, one, other }: Step,
): Promise<Pick<ApiResponse, 'status'>[]> {
  const of = (ids: string[], n: number) => ids[n % Math.max(ids.length, 1)] ?? 'none'
  const idsIn = (table: Kind['name'] | 'prospects') =>
    valuesOf(`SELECT id FROM ${table} WHERE account_id = ?1`, account)
  const [stages, jobs] = [await idsIn('stages'), await idsIn('jobs')]
  const people = await idsIn('prospects')
  const id = of(people, one)
  const bodies = rows.map(({ stage, job, ...body }) => ({
    ...body,
    ...(stage !== undefined && { stageId: of(stages, stage) }),
    ...(job !== undefined && { jobId: of(jobs, job) }),
  }))
  const erase = env.DB.prepare('DELETE FROM prospects WHERE account_id = ? AND id = ?').bind(account.id, id)
  switch (does) {
    case 'write':
      await writeMany(account, bodies)
      return []
    case 'import': {
      const file = bodies.map((body) => JSON.stringify(body)).join('\n')
      const { failed } = await imported(account, file, { type: 'application/x-ndjson' })
      expect(failed).toBe(0)
      return []
    }
    case 'patch': {
      const body = {
        labels,
        stageId: of(stages, other),
        jobIds: jobs.slice(other % 3),
        title: `Agent ${one}`,
        ...(rows[0]?.custom && { custom: rows[0].custom }),
      }
      return [await account.call('PATCH', `/v1/prospects/${id}`, body)]
    }
    case 'merge':
      return [await account.post(`/v1/prospects/${id}/merge`, { duplicateId: of(people, other) })]
    case 'erase':
      return [await account.call('DELETE', `/v1/prospects/${id}`)]
    case 'rename':
      return [await change(account, kind, of(await idsIn(kind), one), { name: `Renamed ${one}` })]
    case 'move': {
      await makeItem(
        account,
        kind,
        crypto.randomUUID(),
        kind === 'stages' ? { pipelineId: of(await idsIn('pipelines'), other) } : {},
      )
      const items = await idsIn(kind)
      const moved = await remove(account, kind, of(items, one), `?moveTo=${of(items, other)}`)
      await eventually(async () =>
        expect(await valuesOf('SELECT 1 FROM moves WHERE account_id = ?1', account)).toEqual([]),
      )
      return [moved]
    }
    case 'relabel':
      await env.DB.prepare(
        `UPDATE prospects SET stage_id = NULL, jobs = '[]', labels = (SELECT json_group_array(id) FROM
           (SELECT id FROM labels WHERE account_id = ?1 ORDER BY id LIMIT 2)) WHERE account_id = ?1 AND id = ?2`,
      )
        .bind(account.id, id)
        .run()
      return []
    case 'abort':
      await expect(env.DB.batch([erase, env.DB.prepare("SELECT json('no')")])).rejects.toThrow()
      return []
  }
}

const valuesOf = async (sql: string, account: Account) =>
  (await env.DB.prepare(sql).bind(account.id).raw()).map((values) => values.join(' ')).sort()

const catalog = KINDS.map(({ name }) => `(SELECT count(*) FROM ${name} WHERE account_id = ?1)`)

const KEY_OF_SET = `(SELECT sum(l.weight) FROM json_each(p.labels) k
  JOIN labels l ON l.account_id = p.account_id AND l.id = k.value)`

/** What a trigger maintains, and the same counted plainly. */
const KEPT: Record<string, [string, string]> = {
  prospect_labels: [
    'SELECT label_id, prospect_id, stage_id FROM prospect_labels WHERE account_id = ?1',
    `SELECT j.value, p.id, coalesce(stage_id, '') FROM prospects p, json_each(p.labels) j WHERE account_id = ?1`,
  ],
  prospect_jobs: [
    'SELECT job_id, prospect_id FROM prospect_jobs WHERE account_id = ?1',
    'SELECT j.value, p.id FROM prospects p, json_each(p.jobs) j WHERE account_id = ?1',
  ],
  prospect_words: [
    'SELECT field, word, prospect_id FROM prospect_words WHERE account_id = ?1',
    'SELECT j.value ->> 0, j.value ->> 1, p.id FROM prospects p, json_each(p.words) j WHERE account_id = ?1',
  ],
  prospect_custom: [
    'SELECT field, value, prospect_id FROM prospect_custom WHERE account_id = ?1',
    'SELECT j.value ->> 0, j.value ->> 1, p.id FROM prospects p, json_each(p.custom_keys) j WHERE account_id = ?1',
  ],
  'the count of a label': [
    `SELECT label_id, n FROM prospect_labels p WHERE account_id = ?1 AND prospect_id =
       (SELECT max(prospect_id) FROM prospect_labels WHERE account_id = ?1 AND label_id = p.label_id)`,
    'SELECT j.value, count(*) FROM prospects p, json_each(p.labels) j WHERE account_id = ?1 GROUP BY 1',
  ],
  label_set_counts: [
    'SELECT CAST(label_set AS TEXT), stage_id, n FROM label_set_counts WHERE account_id = ?1',
    `SELECT CAST(${KEY_OF_SET} AS TEXT), coalesce(stage_id, ''), count(*) FROM prospects p
       WHERE account_id = ?1 AND labels <> '[]' GROUP BY labels, 2
     UNION ALL SELECT '0', coalesce(stage_id, ''), count(*) FROM prospects WHERE account_id = ?1 GROUP BY 2`,
  ],
  label_memberships: [
    `SELECT l.id, CAST(m.label_set AS TEXT) FROM labels l JOIN label_memberships m ON m.label_weight = l.weight
       WHERE account_id = ?1`,
    `SELECT DISTINCT j.value, CAST(${KEY_OF_SET} AS TEXT) FROM prospects p, json_each(p.labels) j WHERE account_id = ?1`,
  ],
  catalog_size: ['SELECT catalog_size FROM accounts WHERE id = ?1', `SELECT ${catalog.join(' + ')}`],
}

/** What triggers maintain for an account, and the same counted plainly, as sorted lines. One round trip. */
async function stateOf({ id }: Account): Promise<{ kept: string[][]; counted: string[][] }> {
  const all = Object.values(KEPT).flat()
  const results = await env.DB.batch<object>(all.map((sql) => env.DB.prepare(sql).bind(id)))
  const lines = results.map((one) => one.results.map((row) => Object.values(row).join(' ')).sort())
  return { kept: lines.filter((_, i) => i % 2 === 0), counted: lines.filter((_, i) => i % 2 === 1) }
}

afterEach(() => void vi.restoreAllMocks())

test('join tables, words and counters are exact after random calls', { timeout: 120_000 }, async () => {
  holdImports()
  const [account, neighbour] = [await newAccount(), await newAccount()]
  for (const name of ['Closer', 'Lister']) await makeItem(account, 'jobs', name)
  for (const type of ['text', 'number', 'boolean', 'multiselect'])
    await makeField(account, type, type, { filterable: true })
  await writeMany(neighbour, [{ labels: 'Hot', email: 'a@x.co' }])
  const before = await stateOf(neighbour)
  const done = new Map<Step['does'], number>()

  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 8 }), async (steps) => {
      for (const s of steps) {
        const answers = await take(account, s)
        if (answers.every(({ status }) => status < 300)) done.set(s.does, (done.get(s.does) ?? 0) + 1)
        const { kept, counted } = await stateOf(account)
        expect(kept, s.does).toEqual(counted)
      }
    }),
    { numRuns: 25, seed: 1 },
  )
  expect([...done.keys()].sort()).toEqual([
    'abort',
    'erase',
    'import',
    'merge',
    'move',
    'patch',
    'relabel',
    'rename',
    'write',
  ])
  expect(await stateOf(neighbour)).toEqual(before)
})

test.each([
  ['unsorted labels', `labels = '["b","a"]'`],
  ['repeated labels', `labels = '["a","a"]'`],
  ['labels that are no array', `labels = '{}'`],
  ['unsorted jobs', `jobs = '["b","a"]'`],
  ['another key', `id = 'prs_other'`],
  ["another tenant's stage", 'stage_id = (SELECT id FROM stages WHERE account_id <> prospects.account_id LIMIT 1)'],
])('the database rejects %s', async (_what, set) => {
  const [account] = [await newAccount(), await newAccount()]
  await account.prospect()
  await expect(
    env.DB.prepare(`UPDATE prospects SET ${set} WHERE account_id = ?`).bind(account.id).run(),
  ).rejects.toThrow()
})
