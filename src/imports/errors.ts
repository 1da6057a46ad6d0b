import { quotaOf } from '../db/quotas'
import { notFound } from '../http/errors'
import { Problem, problemType } from '../http/problem-type'

/** The largest file of an import: bytes, and rows. */
export const MAX_IMPORT = 100 * 1024 * 1024
export const MAX_ROWS = 500_000

export const tooManyImports = problemType({
  status: 409,
  code: 'too_many_imports',
  detail: `This account has ${quotaOf('imports')} imports in progress. Wait until one has ended.`,
})

/** The 404 of an import whose file is gone: `not_found` with another detail, because each code is declared once. */
export const fileDeleted = (): Problem =>
  new Problem({
    ...notFound('file'),
    detail: 'The file of this import was deleted. A file is deleted after 7 days, or when its import is cancelled.',
  })

export const importTooLarge = problemType({
  status: 413,
  code: 'import_too_large',
  detail: `A file may have at most ${MAX_IMPORT / 1024 / 1024} MiB and ${MAX_ROWS.toLocaleString('en')} rows.`,
})
