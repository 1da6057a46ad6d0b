// The floor in Fastify with better-sqlite3: the database in the process of the server, which none over a network can
// reach. `node floor-server.mjs MODULES DATABASE PORT`; it runs where those two are installed.
import { createRequire } from 'node:module'
import { answer } from './floor.js'

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
  const [status, answered] = await answer(db, headers['x-account'], { method, id: params.id, query, body })
  return reply.code(status).send(answered)
}
for (const path of ['/v1/prospects', '/v1/prospects/:id'])
  server.route({ method: ['GET', 'POST', 'PATCH'], url: path, handler: handle })
await server.listen({ port: Number(port), host: '127.0.0.1' })
