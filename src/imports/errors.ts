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

export const countDiffers = problemType<{ prospectCount: number }>({
  status: 409,
  code: 'count_differs',
  detail: ({ prospectCount }) =>
    `${prospectCount} prospects match these filters. Set \`expectedCount\` to their number.`,
  means:
    'Another number of prospects matches the filters than `expectedCount`. `prospectCount` is their number. Nothing was changed.',
  example: { prospectCount: 42 },
})

/** The 404 of an import whose file is gone: `not_found` with another detail, because each code is declared once. */
export const fileDeleted = (): Problem =>
  new Problem({
    ...notFound('file'),
    detail:
      'This import has no file any more. A file is deleted after 7 days, or when its import is cancelled. A bulk change has no file.',
  })

export const importTooLarge = problemType({
  status: 413,
  code: 'import_too_large',
  detail: `A file may have at most ${MAX_IMPORT / 1024 / 1024} MiB and ${MAX_ROWS.toLocaleString('en')} rows.`,
})
