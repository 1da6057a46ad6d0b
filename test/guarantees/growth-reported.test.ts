import { env } from 'cloudflare:workers'
import { beforeAll, expect, test } from 'vitest'
import { rows } from '../support/d1'
import { holdQueue } from '../support/endpoint'
import {
  busy,
  costPerRow,
  DELETED_WEBHOOKS,
  FAR,
  fill,
  idOf,
  items,
  MERGES,
  moves,
  one,
  type Run,
} from '../support/many-rows'

/** Costs that grow with other rows than prospects, and by how much, as docs/design/lists-and-counters.md reports them. */

beforeAll(() => void holdQueue())

/** The most rows that are read and written for each row that exists. */
type More = [what: string, read: number, written: number, run: Run]
const MORE: More[] = [
  [
    'a list by pipeline reads its stages',
    5,
    0,
    async (a, n) => {
      await items(a, n, 'stages', a.pipelineId)
      return a.list(`pipelineId=${a.pipelineId}`)
    },
  ],
  [
    'a list by the name of a stage reads each stage with that name',
    5,
    0,
    async (a, n) => {
      const columns = 'account_id, id, name, name_key, position, created_at, updated_at'
      const each = (id: string, nameKey: string, other: string) =>
        `SELECT ?1, '${id}' || value, 'New', ${nameKey}, 0, 1, 1, '${other}' || value FROM json_each(?2)`
      await env.DB.batch(
        [
          `INSERT INTO pipelines (${columns}, default_stage_id) ${each('pipe', 'value', 'stg')}`,
          `INSERT INTO stages (${columns}, pipeline_id) ${each('stg', "'new'", 'pipe')}`,
        ].map((sql) => env.DB.prepare(sql).bind(a.id, JSON.stringify([...Array(n).keys()]))),
      )
      return a.list('stage=New')
    },
  ],
  [
    'pipelines with counts read their stages',
    3,
    0,
    async (a, n) => {
      await items(a, n, 'stages', a.pipelineId)
      return a.get('/v1/pipelines?counts=true')
    },
  ],
  [
    'a new stage reads the stages that exist',
    1,
    0,
    async (a, n) => {
      const pipelineId = await idOf(a.post('/v1/pipelines', { name: 'Other' }))
      await items(a, n, 'stages', a.pipelineId)
      return a.post('/v1/stages', { name: 'Last', pipelineId })
    },
  ],
  [
    'a change of a prospect reads the duplicates merged into it',
    1,
    0,
    async (a, n) => {
      const id = await one(a)
      await fill(a, n, MERGES, id)
      return a.call('PATCH', `/v1/prospects/${id}`, { city: 'Austin' })
    },
  ],
  [
    'a create reads the duplicates that had its phone',
    7,
    0,
    async (a, n) => {
      await fill(a, n, MERGES, await one(a))
      return a.prospect({ email: 'two@example.com', phone: '2125550100' })
    },
  ],
  [
    'a merge rewrites the events of the duplicate',
    2,
    2,
    async (a, n) => {
      const { id } = await busy(a, n, 'succeeded', 'NULL', FAR)
      const survivor = await one(a, { email: 'two@example.com' })
      return a.post(`/v1/prospects/${survivor}/merge`, { duplicateId: id })
    },
  ],
  [
    'an erasure rewrites the events of the prospect',
    5,
    1,
    async (a, n) => {
      const { id } = await busy(a, n, 'succeeded', 'NULL', FAR)
      return a.call('DELETE', `/v1/prospects/${id}`)
    },
  ],
  [
    'the list of webhooks reads the webhooks deleted in the last thirty days',
    1,
    0,
    async (a, n) => {
      await fill(a, n, DELETED_WEBHOOKS)
      return a.get('/v1/webhooks')
    },
  ],
  [
    'deleting an item reads the reassignments that have not ended',
    1,
    0,
    async (a, n) => {
      const label = await idOf(a.post('/v1/labels', { name: 'One' }))
      await fill(a, n, moves('?1'))
      const answer = await a.call('DELETE', `/v1/labels/${label}`)
      await rows('DELETE FROM moves WHERE account_id = ?', a.id)
      return answer
    },
  ],
]

test.each(MORE)('%s', async (_what, read, written, run) => {
  const each = await costPerRow(run)
  expect(each.read).toBeGreaterThan(0)
  expect(each.read).toBeLessThanOrEqual(read)
  expect(each.written).toBeLessThanOrEqual(written)
})
