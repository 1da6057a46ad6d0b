import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { KINDS, type Kind } from '../../src/catalog/kinds'
import { startReassignment } from '../../src/catalog/reassign'
import { writeProspects } from '../../src/prospects/store'
import { NO_CHANGE, type Replacement } from '../../src/prospects/write-request'
import { newAccount } from '../support/api'
import { callerOf, databaseFor, noOutbox } from '../support/callers'

/** For each kind: the fields of a body that give a prospect an item. */
const USING: Record<Kind['name'], (item: { id: string; name: string }) => object> = {
  pipelines: ({ id }) => ({ pipelineId: id }),
  stages: ({ id }) => ({ stageId: id }),
  labels: ({ name }) => ({ labels: name }),
  sources: ({ id }) => ({ sourceId: id }),
  offices: ({ id }) => ({ officeId: id }),
  users: ({ id }) => ({ userId: id }),
  jobs: ({ id }) => ({ jobId: id }),
}

test.each(KINDS.map(({ name }) => name))(
  'a prospect that no longer uses the item keeps what it has: %s',
  async (kind) => {
    const account = await newAccount()
    const make = async (name: string) =>
      (await account.post(`/v1/${kind}`, { name, ...(kind === 'stages' && { pipelineId: account.pipelineId }) })).json
    const [from, to, other] = [await make('From'), await make('To'), await make('Other')]
    const home = (await account.get('/v1/stages')).json.items.find(
      (s: { pipelineId: string }) => s.pipelineId === to.id,
    )
    const target = kind === 'pipelines' ? home : to
    const { json } = await account.prospect(USING[kind](other))
    const before = (await account.get(`/v1/prospects/${json.id}`)).text
    const replace: Replacement = { kind, from: from.id, to: target }
    const row = { target: { match: false as const, id: json.id }, change: { ...NO_CHANGE, replace } }
    await writeProspects(databaseFor(account), callerOf(account), [row], { source: 'api', outbox: noOutbox })
    expect((await account.get(`/v1/prospects/${json.id}`)).text).toBe(before)

    const also = { ...row, change: { ...NO_CHANGE, replace: { ...replace, from: other.id } } }
    await writeProspects(databaseFor(account), callerOf(account), [also], { source: 'api', outbox: noOutbox })
    expect((await account.get(`/v1/prospects/${json.id}`)).json.version).toBe(2)
  },
)

test('a pipeline cannot be deleted while one of its stages is the target of a reassignment', async () => {
  const account = await newAccount()
  const { id } = (await account.post('/v1/pipelines', { name: 'Next' })).json
  const stages = (await account.get('/v1/stages')).json.items as { id: string; name: string; pipelineId: string }[]
  const from = stages.find(({ name }) => name === 'Offer')
  const to = stages.find(({ pipelineId }) => pipelineId === id)
  const kind = KINDS.find(({ name }) => name === 'stages') as Kind
  const item = { kind, accountId: account.id, id: String(from?.id) }
  await startReassignment(databaseFor(account), item, String(to?.id), account.apiKey.id)
  expect(await account.call('DELETE', `/v1/pipelines/${id}`)).toMatchObject({
    status: 409,
    json: { code: 'being_moved' },
  })
})

test.each(['erased', 'merged'])(
  'updatedAt does not go back if the newest prospect was %s and the clock is behind',
  async (how) => {
    const account = await newAccount()
    const [kept, newest] = [await account.prospect(), await account.prospect()]
    const ahead = Date.now() + 60_000
    await env.DB.batch([
      env.DB.prepare('UPDATE prospects SET updated_at = ?3 WHERE account_id = ?1 AND id = ?2').bind(
        account.id,
        newest.json.id,
        ahead,
      ),
      env.DB.prepare('UPDATE events SET seq = ?3 WHERE account_id = ?1 AND prospect_id = ?2').bind(
        account.id,
        newest.json.id,
        ahead * 1000,
      ),
    ])
    if (how === 'erased') await account.call('DELETE', `/v1/prospects/${newest.json.id}`)
    else await account.post(`/v1/prospects/${kept.json.id}/merge`, { duplicateId: newest.json.id })
    const { json } = await account.call('PATCH', `/v1/prospects/${kept.json.id}`, { city: 'Late' })
    expect(json.updatedAt).toBeGreaterThanOrEqual(ahead)
  },
)
