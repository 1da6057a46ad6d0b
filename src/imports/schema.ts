import * as z from 'zod'
import { ListQuery } from '../http/page'
import { flagParameter, invalid, parameter } from '../http/text'
import { CreateProspect, ListFilters, MergeProspect, UpdateProspect } from '../prospects/schema'
import { FIELDS, type Mapping, shownName } from './columns'
import { type CustomColumn, isCustom } from './custom-columns'

const isObject = (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value)

/** Parses `mapping`: `{"column": "field", "other": null}`. */
function parseMapping(text: string, ctx: z.RefinementCtx): Mapping {
  const reject = (issue: ReturnType<typeof invalid>) => {
    ctx.addIssue({ code: 'custom', ...issue, input: text })
    return z.NEVER
  }
  let given: unknown
  try {
    given = JSON.parse(text)
  } catch {}
  if (!isObject(given))
    return reject(invalid('wrong_format', 'This must be a JSON object with a field, or null, for each column.'))
  const { success, data, error } = Mapped.safeParse(given)
  if (success) return data
  const column = JSON.stringify(shownName(String(error.issues[0]?.path[0])))
  return reject(invalid('not_allowed', `${column} must be null, custom.<key>, or one of ${FIELDS.join(', ')}.`))
}
const CUSTOM = z.custom<CustomColumn>((given) => typeof given === 'string' && isCustom(given))
const Mapped = z.record(z.string(), z.union([z.enum(FIELDS), CUSTOM]).nullable())

/** The query of `POST /v1/imports`. */
export const StartImport = z.strictObject({
  update: flagParameter(false),
  muteWebhook: flagParameter(false),
  userId: parameter().optional(),
  stageId: parameter().optional(),
  pipelineId: parameter().optional(),
  labels: parameter(10_000)
    .pipe(CreateProspect.shape.labels as z.ZodType<string[], string>)
    .optional(),
  mapping: parameter(10_000).transform(parseMapping).optional(),
  dryRun: flagParameter(false),
})
export type StartImport = z.output<typeof StartImport>

const NO_FILES = invalid('not_allowed', 'A change of many prospects takes no resume. Null removes resumes.')
const ONE_OF = invalid('required', 'Give set or erase, and not both.')
const IN_SET = invalid('not_allowed', 'Give this in set.')

/** The body of `POST /v1/prospects/bulk`. `userId` and `muteWebhook` are those of an erasure. */
export const StartBulk = z
  .strictObject({
    filters: ListFilters,
    set: UpdateProspect.extend({ resume: UpdateProspect.shape.resume.refine((file) => !file, NO_FILES) }).optional(),
    erase: z.literal(true, 'This must be true.').optional(),
    userId: MergeProspect.shape.userId,
    muteWebhook: z.boolean().nullish(),
    expectedCount: z.int().min(0),
    dryRun: MergeProspect.shape.muteWebhook,
  })
  .refine(({ set, erase }) => Boolean(set) !== Boolean(erase), { ...ONE_OF, path: ['set'] })
  .refine(({ set, userId }) => !set || !userId, { ...IN_SET, path: ['userId'] })
  .refine(({ set, muteWebhook }) => !set || muteWebhook == null, { ...IN_SET, path: ['muteWebhook'] })
export type StartBulk = z.output<typeof StartBulk>

/** The query of `GET /v1/imports/{id}/errors`. `rejected` leaves out warnings: errors of rows that were written. */
export const ListRowErrors = z.strictObject({ ...ListQuery.shape, rejected: flagParameter(false) })
export type ListRowErrors = z.output<typeof ListRowErrors>
