import { AccountApi, Configuration, ProspectsApi } from './client/index'

const { PROSPECTS_URL = '', PROSPECTS_KEY = '' } = process.env
const configuration = new Configuration({ basePath: PROSPECTS_URL, accessToken: PROSPECTS_KEY })
const api = new ProspectsApi(configuration)

/** Throws unless a step of the round trip did what it should. */
function check(ok: boolean, step: string) {
  if (!ok) throw new Error(step)
}

const me = await new AccountApi(configuration).getMe()
check(me.account.createdAt > 1_600_000_000_000, 'me')
const createProspectRequest = { firstName: 'Ann', lastName: 'Lee', labels: ['Hot'] }
const { id } = await api.createProspect({ createProspectRequest })
const list = () => api.listProspects({ label: ['Hot'] })
check((await list()).prospects[0]?.id === id, 'list')
const updated = await api.updateProspect({ id, updateProspectRequest: { city: 'New York' } })
check(updated.city === 'New York', 'update')
await api.eraseProspect({ id })
check((await list()).prospects.length === 0, 'delete')
