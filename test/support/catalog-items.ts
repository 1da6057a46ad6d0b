import { KINDS, type Kind } from '../../src/catalog/kinds'
import type { Account, ApiResponse } from './api'

type KindName = Kind['name']

/** The seven kinds, for `describe.each`. */
export const NAMES = KINDS.map(({ name }) => ({ kind: name }))

/** An item of the catalog, as the API returns it. */
export interface Item {
  id: string
  name: string
  pipelineId: string
  position: number
  isDefault: boolean
  prospectCount?: number
  createdAt: number
  updatedAt: number
}

/** Creates an item. A stage goes into the account's first pipeline, unless `body` names another. */
export async function makeItem(account: Account, kind: KindName, name = 'One', body: object = {}): Promise<Item> {
  const rest = kind === 'stages' ? { pipelineId: account.pipelineId } : {}
  const answer = await account.post<Item>(`/v1/${kind}`, { name, ...rest, ...body })
  if (answer.status !== 201) throw new Error(`${kind} ${name}: ${answer.text}`)
  return answer.json
}

/** The field of a prospect's POST that makes the prospect use an item. */
export const using = (kind: KindName, { id, name }: Pick<Item, 'id' | 'name'>): object =>
  ({
    pipelines: { pipelineId: id },
    stages: { stageId: id },
    labels: { labels: [name] },
    sources: { sourceId: id },
    offices: { officeId: id },
    users: { userId: id },
    jobs: { jobId: id },
  })[kind]

/** Changes an item. */
export const change = (
  { call }: Account,
  kind: KindName,
  id: string,
  body: unknown,
): Promise<ApiResponse<Item & any>> => call('PATCH', `/v1/${kind}/${id}`, body)

/** Deletes an item; `query` as in `?moveTo=…`. */
export const remove = ({ call }: Account, kind: KindName, id: string, query = ''): Promise<ApiResponse> =>
  call('DELETE', `/v1/${kind}/${id}${query}`)

/** The first page of the items of a kind. */
export const itemsOf = async ({ get }: Account, kind: KindName, query = ''): Promise<Item[]> =>
  (await get(`/v1/${kind}${query}`)).json.items

/** How many prospects use each item of a kind, by its id. */
export const countsOf = async (account: Account, kind: KindName) =>
  new Map((await itemsOf(account, kind, '?counts=true')).map(({ id, prospectCount }) => [id, prospectCount]))
