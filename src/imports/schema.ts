import * as z from 'zod'
import { flagParameter, invalid, parameter } from '../http/text'
import { CreateProspect } from '../prospects/schema'
import { FIELDS, type Mapping } from './columns'
import { shownName } from './inspect'

const isObject = (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value)

function readMapping(text: string, ctx: z.RefinementCtx): Mapping {
  const refuse = (issue: ReturnType<typeof invalid>) => {
    ctx.addIssue({ code: 'custom', ...issue, input: text })
    return z.NEVER
  }
  let given: unknown
  try {
    given = JSON.parse(text)
  } catch {}
  if (!isObject(given)) return refuse(invalid('wrong_format', 'This must be a JSON object: column → field, or null.'))
  const { success, data, error } = Mapped.safeParse(given)
  if (success) return data
  const column = JSON.stringify(shownName(String(error.issues[0]?.path[0])))
  return refuse(invalid('not_allowed', `${column} must be null or one of ${FIELDS.join(', ')}.`))
}
const Mapped = z.record(z.string(), z.enum(FIELDS).nullable())

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
  mapping: parameter(10_000).transform(readMapping).optional(),
  dryRun: flagParameter(false),
})
export type StartImport = z.output<typeof StartImport>
