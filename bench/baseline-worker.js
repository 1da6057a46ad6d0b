import { respond } from './baseline.js'

/** The baseline as a Worker on D1. */
export default {
  async fetch(request, { DB }) {
    const { pathname, searchParams } = new URL(request.url)
    const db = {
      all: async (sql, values) =>
        (
          await DB.prepare(sql)
            .bind(...values)
            .all()
        ).results,
      batch: (statements) => DB.batch(statements.map(([sql, values]) => DB.prepare(sql).bind(...values))),
    }
    const [status, body] = await respond(db, request.headers.get('x-account'), {
      method: request.method,
      id: pathname.split('/')[3],
      query: Object.fromEntries(searchParams),
      body: request.body && (await request.json()),
    })
    return Response.json(body, { status })
  },
}
