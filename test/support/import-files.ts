import { env } from 'cloudflare:workers'
import { vi } from 'vitest'
import type { RowError } from '../../src/imports/row-errors'
import type { Import } from '../../src/imports/store'
import type { ImportMessage } from '../../src/queues/messages'
import { type Account, send } from './api'
import { rows } from './d1'
import { consume } from './endpoint'

const QUEUE = 'staging-prospect-imports'

/** Holds messages back from the imports queue until `vi.restoreAllMocks()`. Returns the list that collects them. */
export function holdImports(): ImportMessage[] {
  const held: ImportMessage[] = []
  vi.spyOn(env.IMPORTS_QUEUE, 'sendBatch').mockImplementation(async (batch) => {
    for (const { body } of batch) held.push(body as ImportMessage)
    return { metadata: { metrics: { backlogCount: 0, backlogBytes: 0 } } }
  })
  return held
}

export interface Given {
  query?: string
  type?: string
  headers?: Record<string, string>
}

/** Starts the import of a file. */
export const sendFile = (
  { key }: Pick<Account, 'key'>,
  body: string | Uint8Array | ReadableStream,
  { query = '', type = 'text/csv', headers = {} }: Given = {},
) =>
  send<Import>('POST', `/v1/imports${query}`, {
    key,
    body,
    headers: { ...(type && { 'content-type': type }), ...headers },
  })

/** Delivers the held messages, and those that their turns enqueue, until there are no more. */
export async function drainImports(held: ImportMessage[]): Promise<void> {
  while (held.length > 0) await consume(held.splice(0), QUEUE)
}

/** The message for an import's next turn. */
export async function messageOf({ id: accountId }: Account, importId: string): Promise<ImportMessage> {
  const [row] = await rows<{ from: number }>('SELECT bytes_done AS "from" FROM imports WHERE id = ?', importId)
  return { accountId, importId, from: row?.from ?? 0 }
}

/** Runs one turn of an import. */
export const runOnce = async (account: Account, importId: string) =>
  consume([await messageOf(account, importId)], QUEUE)

/** Imports a file to its end. Returns the import and the errors of its rows. */
export async function imported(account: Account, body: string | Uint8Array, given: Given = {}) {
  const { status, json, text } = await sendFile(account, body, given)
  if (status !== 202) throw new Error(`${status} ${text}`)
  for (let i = 0; i < 100 && !(await importOf(account, json.id)).finishedAt; i++) await runOnce(account, json.id)
  return { ...(await importOf(account, json.id)), errors: await errorsOf(account, json.id) }
}

export const importOf = async (account: Account, id: string): Promise<Import> =>
  (await account.get(`/v1/imports/${id}`)).json

export const errorsOf = async (account: Account, id: string): Promise<RowError[]> =>
  (await account.get(`/v1/imports/${id}/errors?limit=1000`)).json.items

/** The counts of an import: how many rows were read, created, updated, unchanged and failed. */
export const countsOf = ({ read, created, updated, unchanged, failed }: Import) => ({
  read,
  created,
  updated,
  unchanged,
  failed,
})

/** An error as `line column field code`. */
export const asText = ({ line, column, field, code }: RowError) => `${line} ${column} ${field} ${code}`

/** A text in an encoding that `TextEncoder` does not know. */
export function encodeAs(text: string, encoding: 'utf-16le' | 'utf-16be' | 'windows-1252'): Uint8Array {
  if (encoding === 'windows-1252') return Uint8Array.from(text, (c) => (c === '€' ? 0x80 : c.charCodeAt(0)))
  const bytes = new Uint8Array(text.length * 2)
  const view = new DataView(bytes.buffer)
  for (let i = 0; i < text.length; i++) view.setUint16(i * 2, text.charCodeAt(i), encoding === 'utf-16le')
  return bytes
}
