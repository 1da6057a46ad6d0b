import { client } from './client/client.gen'
import { createProspect, eraseProspect, getMe, listProspects, updateProspect } from './client/sdk.gen'

const { PROSPECTS_URL = '', PROSPECTS_KEY = '' } = process.env
client.setConfig({ baseUrl: PROSPECTS_URL, auth: PROSPECTS_KEY })
const options = { throwOnError: true } as const

/** Throws unless a step of the round trip did what it should. */
function check(ok: boolean, step: string) {
  if (!ok) throw new Error(step)
}

const { data: me } = await getMe(options)
check(me.account.createdAt > 1_600_000_000_000, 'me')
const body = { firstName: 'Ann', lastName: 'Lee', labels: ['Hot'] }
const { data: ann } = await createProspect({ ...options, body })
const list = () => listProspects({ ...options, query: { label: ['Hot'] } })
check((await list()).data.prospects[0]?.id === ann.id, 'list')
const { data: updated } = await updateProspect({ ...options, path: { id: ann.id }, body: { city: 'New York' } })
check(updated.city === 'New York', 'update')
await eraseProspect({ ...options, path: { id: ann.id } })
check((await list()).data.prospects.length === 0, 'delete')
