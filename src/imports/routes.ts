import { accepts } from 'hono/accepts'
import { requireScope } from '../http/auth'
import { factory } from '../http/factory'
import { validate } from '../http/validate'
import { ExportProspects } from '../prospects/schema'
import { EXPORT_TYPES, type ExportType, exportProspects } from './export'

/** `/v1/prospects/export`: everybody who matches, as CSV or NDJSON. */
export const exportRoutes = factory
  .createApp()
  .get('/', requireScope('read'), validate({ query: ExportProspects }), async (c) => {
    const type = accepts(c, { header: 'Accept', supports: [...EXPORT_TYPES], default: 'text/csv' }) as ExportType
    const body = await exportProspects(c.var.db, c.var.caller, c.req.valid('query'), type)
    return c.body(body, 200, {
      'content-type': type === 'text/csv' ? 'text/csv; charset=utf-8' : type,
      'content-disposition': `attachment; filename="prospects.${type === 'text/csv' ? 'csv' : 'ndjson'}"`,
      vary: 'Accept',
    })
  })
