import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import { DatabaseSync } from 'node:sqlite'
import { listen } from './service'

interface Worker {
  /** The metadata of its last upload. */
  metadata: { bindings: { name: string; type: string; [field: string]: unknown }[]; [field: string]: unknown }
  secrets: Map<string, string>
  crons: string[]
}

/** An error response of Cloudflare's API: HTTP status, code, message. */
class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: number,
    message: string,
  ) {
    super(message)
  }
}

/**
 * Opens a Cloudflare account on loopback. It has the part of Cloudflare's API that `wrangler`, run with `env`, calls to
 * deploy. The databases are SQLite databases.
 */
export async function openCloudflare() {
  const databases = new Map<string, { uuid: string; sqlite: DatabaseSync }>()
  const buckets = new Set<string>()
  const queues = new Map<string, Map<string, any>>()
  const workers = new Map<string, Worker>()
  const account = {
    databases,
    buckets,
    queues,
    workers,
    /** The calls that changed something: method and path under the account. */
    changes: [] as string[],
    /** The calls that this account does not have. */
    unknown: [] as string[],
    /** Calls whose method and path match it fail. */
    failing: undefined as RegExp | undefined,
    env: {},
  }

  const worker = (name: string) => {
    const found = workers.get(name)
    if (!found) throw new ApiError(404, 10007, 'This Worker does not exist on your account.')
    return found
  }
  const queue = (name: string) => ({
    queue_id: name,
    queue_name: name,
    producers_total_count: 0,
    consumers_total_count: queues.get(name)?.size,
    consumers: [...(queues.get(name) ?? [])].map(([id, consumer]) => ({ consumer_id: id, ...consumer })),
  })
  const database = (given: string) => {
    const [name, found] = [...databases].find(([n, { uuid }]) => n === given || uuid === given) ?? []
    if (!found) throw new ApiError(404, 7404, `The database ${given} could not be found`)
    return { name, ...found }
  }

  /** The calls by method and path under the account. `*` is a name. */
  const CALLS: Record<string, (names: string[], body: any, query: URLSearchParams) => unknown> = {
    'GET d1/database': () => [...databases].map(([name, { uuid }]) => ({ name, uuid })),
    'GET d1/database/*': ([given = '']) => ({ name: database(given).name, uuid: database(given).uuid }),
    'POST d1/database': (_, { name }) => {
      if (databases.has(name)) throw new ApiError(400, 7502, 'A database with that name already exists')
      databases.set(name, { uuid: randomUUID(), sqlite: new DatabaseSync(':memory:') })
      return { name, uuid: database(name).uuid }
    },
    'POST d1/database/*/query': ([given = ''], { sql }) => {
      const { sqlite } = database(given)
      const results = /^\s*SELECT/i.test(sql) ? sqlite.prepare(sql).all() : []
      if (results.length === 0) sqlite.exec(sql)
      return [{ results, success: true, meta: { duration: 1 } }]
    },
    'GET r2/buckets/*': ([name = '']) => {
      if (!buckets.has(name)) throw new ApiError(404, 10006, 'The specified bucket does not exist.')
      return { name }
    },
    'GET r2/buckets': () => ({ buckets: [...buckets].map((name) => ({ name })) }),
    'POST r2/buckets': (_, { name }) => void buckets.add(name),
    'GET queues': (_, __, query) =>
      [...queues.keys()].filter((name) => !query.has('name') || query.getAll('name').includes(name)).map(queue),
    'POST queues': (_, { queue_name }) => {
      if (queues.has(queue_name)) throw new ApiError(409, 11009, 'Queue name is already taken')
      queues.set(queue_name, new Map())
      return queue(queue_name)
    },
    'POST queues/*/consumers': ([name = ''], consumer) =>
      void queues.get(name)?.set(randomUUID(), { ...consumer, script: consumer.script_name }),
    'PUT queues/*/consumers/*': ([name = '', id = ''], consumer) =>
      void queues.get(name)?.set(id, { ...consumer, script: consumer.script_name }),
    'GET workers/subdomain': () => ({ subdomain: 'acme' }),
    'GET workers/workers/*': ([name = '']) => ({ name, subdomain: { enabled: worker(name) && true } }),
    'GET workers/services/*': ([name = '']) =>
      worker(name) && { id: name, default_environment: { environment: 'production', script: { tag: name } } },
    'GET workers/scripts/*/settings': ([name = '']) => worker(name).metadata,
    'GET workers/scripts/*/deployments': ([name = '']) => worker(name) && { deployments: [] },
    'GET workers/scripts/*/secrets': ([name = '']) =>
      [...worker(name).secrets.keys()].map((secret) => ({ name: secret, type: 'secret_text' })),
    'PUT workers/scripts/*/secrets': ([name = ''], { name: secret, text }) =>
      void worker(name).secrets.set(secret, text),
    'POST workers/scripts/*/assets-upload-session': () => ({ jwt: 'a.e30.c', buckets: [] }),
    'PUT workers/scripts/*': ([name = ''], metadata) => upload(name, metadata),
    'POST workers/scripts/*/versions': ([name = ''], metadata) => upload(name, metadata),
    'POST workers/scripts/*/deployments': () => ({}),
    'PATCH workers/scripts/*/script-settings': () => ({}),
    'POST workers/scripts/*/subdomain': () => ({ enabled: true, previews_enabled: false }),
    'PUT workers/scripts/*/schedules': ([name = ''], crons) => {
      worker(name).crons = crons.map(({ cron }: { cron: string }) => cron)
    },
  }

  function upload(name: string, metadata: Worker['metadata']) {
    const secrets = workers.get(name)?.secrets ?? new Map()
    for (const { type, name: secret, text } of metadata.bindings) if (type === 'secret_text') secrets.set(secret, text)
    workers.set(name, { metadata, secrets, crons: workers.get(name)?.crons ?? [] })
    return { id: randomUUID(), deployment_id: randomUUID(), resources: { script: { etag: '1' } } }
  }

  const server = createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://localhost')
    const path = pathname.replace('/accounts/account/', '')
    const body = Buffer.concat(await request.toArray())
    const call = `${request.method} ${path}`
    const pattern = Object.keys(CALLS).find((known) => new RegExp(`^${known.replaceAll('*', '[^/]+')}$`).test(call))
    const names = pattern
      ?.split('/')
      .flatMap((part, i) => (part === '*' ? [decodeURIComponent(path.split('/')[i] ?? '')] : []))
    const respond = (status: number, json: object) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(json))
    try {
      if (!pattern) account.unknown.push(call)
      if (!pattern || account.failing?.test(call)) throw new ApiError(500, 10001, `${call} failed`)
      const result = CALLS[pattern]?.(names ?? [], await parse(body, request.headers['content-type']), searchParams)
      if (request.method !== 'GET') account.changes.push(call)
      respond(200, { success: true, errors: [], messages: [], result: result ?? {} })
    } catch (error) {
      const { status = 500, code = 10001, message } = error as ApiError
      respond(status, { success: false, errors: [{ code, message }], messages: [], result: null })
    }
  })
  account.env = {
    CLOUDFLARE_API_BASE_URL: `http://127.0.0.1:${await listen(server)}`,
    CLOUDFLARE_API_TOKEN: 'token',
    CLOUDFLARE_ACCOUNT_ID: 'account',
  }
  return account
}

/** Parses JSON, or the field `metadata` of a form. */
async function parse(body: Buffer, type = '') {
  if (!type.startsWith('multipart/')) return body.length > 0 ? JSON.parse(body.toString()) : undefined
  const form = await new Response(new Uint8Array(body), { headers: { 'content-type': type } }).formData()
  return JSON.parse(String(form.get('metadata')))
}
