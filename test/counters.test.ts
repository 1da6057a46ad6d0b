import { env } from 'cloudflare:workers'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Account, newAccount } from './api'
import { databaseFor, writeMany } from './callers'

/**
 * What triggers keep (join tables, words, counters) against plain counts over `prospects`, after random writes:
 * creates, updates, moves, label and job edits, erasures, and batches that are rolled back.
 */

const row = fc.record(
  {
    firstName: fc.constantFrom('José', 'Ann', 'Ann-Marie'),
    lastName: fc.constantFrom('Nerúda', 'Lee'),
    email: fc.constantFrom('a@x.co', 'b@x.co', 'c@x.co', 'd@x.co', 'e@x.co'),
    title: fc.constantFrom('Agent', 'Senior Agent', null),
    company: fc.constantFrom('Acme Realty', 'Acme', null),
    labels: fc.subarray(['Hot', 'Cold', 'Inbound', 'VIP']),
    stage: fc.nat(4),
    job: fc.nat(1),
    update: fc.boolean(),
  },
  { requiredKeys: ['firstName', 'lastName', 'update'] },
)
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant('write' as const), rows: fc.array(row, { minLength: 1, maxLength: 4 }) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('relabel' as const), pick: fc.nat(20) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('erase' as const), pick: fc.nat(20) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('abort' as const), pick: fc.nat(20) }) },
)

const rowsOf = async (sql: string, account: Account) =>
  (await env.DB.prepare(sql).bind(account.id).raw()).map((values) => values.join(' ')).sort()

/** [what a trigger keeps, the same counted plainly] */
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
  prospect_counts: [
    'SELECT label_set, stage_id, n FROM prospect_counts WHERE account_id = ?1',
    `SELECT labels, coalesce(stage_id, ''), count(*) FROM prospects WHERE account_id = ?1 GROUP BY 1, 2
     UNION ALL SELECT '*', coalesce(stage_id, ''), count(*) FROM prospects WHERE account_id = ?1 GROUP BY 2`,
  ],
  label_set_members: [
    'SELECT label_id, label_set FROM label_set_members WHERE account_id = ?1',
    'SELECT DISTINCT j.value, p.labels FROM prospects p, json_each(p.labels) j WHERE account_id = ?1',
  ],
}

test('join tables, words and counters are exact after random writes', { timeout: 120_000 }, async () => {
  const [account, neighbour] = [await newAccount(), await newAccount()]
  const stages: string[] = (await account.get('/v1/stages')).json.items.map(({ id }: { id: string }) => id)
  const jobs: string[] = []
  for (const name of ['Closer', 'Lister']) jobs.push((await account.post('/v1/jobs', { name })).json.id)
  await writeMany(neighbour, [{ labels: 'Hot', email: 'a@x.co' }])
  const before = await Promise.all(Object.values(KEPT).map(([kept]) => rowsOf(kept, neighbour)))
  const { d1 } = databaseFor(account)

  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 6 }), async (steps) => {
      for (const s of steps) {
        if (s.kind === 'write') {
          const bodies = s.rows.map(({ stage, job, ...body }) => ({
            ...body,
            ...(stage !== undefined && { stageId: stages[stage] }),
            ...(job !== undefined && { jobId: jobs[job] }),
          }))
          await writeMany(account, bodies)
          continue
        }
        const ids = await rowsOf('SELECT id FROM prospects WHERE account_id = ?1', account)
        const id = ids[s.pick % Math.max(ids.length, 1)] ?? ''
        const erase = d1.prepare('DELETE FROM prospects WHERE account_id = ? AND id = ?').bind(account.id, id)
        if (s.kind === 'erase') await erase.run()
        if (s.kind === 'relabel')
          await d1
            .prepare(
              `UPDATE prospects SET stage_id = NULL, jobs = '[]', labels = (SELECT json_group_array(id) FROM
                 (SELECT id FROM labels WHERE account_id = ?1 ORDER BY id LIMIT 2)) WHERE account_id = ?1 AND id = ?2`,
            )
            .bind(account.id, id)
            .run()
        if (s.kind === 'abort') await expect(d1.batch([erase, d1.prepare("SELECT json('no')")])).rejects.toThrow()
      }
      for (const [table, [kept, counted]] of Object.entries(KEPT))
        expect(await rowsOf(kept, account), table).toEqual(await rowsOf(counted, account))
    }),
    { numRuns: 60 },
  )
  expect(await Promise.all(Object.values(KEPT).map(([kept]) => rowsOf(kept, neighbour)))).toEqual(before)
})

test.each([
  ['unsorted labels', `labels = '["b","a"]'`],
  ['repeated labels', `labels = '["a","a"]'`],
  ['labels that are no array', `labels = '{}'`],
  ['unsorted jobs', `jobs = '["b","a"]'`],
  ['another key', `id = 'prs_other'`],
  ["another tenant's stage", 'stage_id = (SELECT id FROM stages WHERE account_id <> prospects.account_id LIMIT 1)'],
])('the database refuses %s', async (_what, set) => {
  const [account] = [await newAccount(), await newAccount()]
  await account.prospect()
  await expect(
    env.DB.prepare(`UPDATE prospects SET ${set} WHERE account_id = ?`).bind(account.id).run(),
  ).rejects.toThrow()
})
