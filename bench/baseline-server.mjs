// The baseline in Fastify with better-sqlite3. The database is in the server's process, which is faster than any database
// over a network. `node baseline-server.mjs MODULES DATABASE PORT`; MODULES is the folder where both packages are installed.
import { createRequire } from 'node:module'
import { respond } from './baseline.js'

const [modules, file, port] = process.argv.slice(2)
const require = createRequire(`${modules}/`)
const sqlite = new (require('better-sqlite3'))(file)
sqlite.pragma('journal_mode = WAL')
sqlite.pragma('synchronous = NORMAL')

const prepared = new Map()
function prepare(sql) {
  if (!prepared.has(sql)) prepared.set(sql, sqlite.prepare(sql))
  return prepared.get(sql)
}
const named = (values) => Object.fromEntries(values.map((value, i) => [i + 1, value]))
const db = {
  all: (sql, values) => prepare(sql).all(named(values)),
  batch: sqlite.transaction((statements) => {
    for (const [sql, values] of statements) prepare(sql).run(named(values))
  }),
}

const server = require('fastify')()
const handle = async ({ method, params, query, body, headers }, reply) => {
  const [status, responseBody] = await respond(db, headers['x-account'], { method, id: params.id, query, body })
  return reply.code(status).send(responseBody)
}
for (const path of ['/v1/prospects', '/v1/prospects/:id'])
  server.route({ method: ['GET', 'POST', 'PATCH'], url: path, handler: handle })
await server.listen({ port: Number(port), host: '127.0.0.1' })
