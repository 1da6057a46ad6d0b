import { env } from 'cloudflare:workers'
import { type Database, databaseOf } from '../../src/db/client'
import type { Caller } from '../../src/http/factory'
import { CreateProspect } from '../../src/prospects/schema'
import { writeProspects } from '../../src/prospects/store'
import { toCreateRequest } from '../../src/prospects/write-request'
import type { Outbox } from '../../src/webhooks/events'
import type { Account } from './api'

/** The account's database, as a route opens it. */
export const databaseFor = (account: Account): Database => databaseOf(env, account.id) as Database

/** The account's admin key, as a store sees it. */
export const callerOf = ({ id, apiKey }: Account): Caller => ({
  account: { id, defaultCountry: 'US' },
  key: { id: apiKey.id, name: 'Admin', scopes: ['admin'], expiresAt: null },
})

/** Sends nothing, so that the schedule sends the deliveries. */
export const noOutbox: Outbox = { hasFeed: false, send: async () => {} }

/** Writes many prospects in chunks, as an import does. */
export async function writeMany(account: Account, bodies: object[], chunk = 250, outbox = noOutbox) {
  const rows = bodies.map((body) =>
    toCreateRequest(CreateProspect.parse({ firstName: 'Pat', lastName: 'Doe', ...body }), 'US'),
  )
  for (let i = 0; i < rows.length; i += chunk)
    await writeProspects(databaseFor(account), callerOf(account), rows.slice(i, i + chunk), {
      source: 'import',
      outbox,
    })
}
