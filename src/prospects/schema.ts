import * as z from 'zod'
import { MAX_LABEL_LENGTH } from '../catalog/kinds'
import { limit, pageToken } from '../http/page'
import { email, idReference, invalid, line, lines, nameKey, orNull, parameter, requiredLine } from '../http/text'

export const LICENSE_STATUSES = ['not_started', 'in_progress', 'licensed'] as const
export type LicenseStatus = (typeof LICENSE_STATUSES)[number]

/** The most labels a prospect can have, and the most a list can be filtered by. */
export const MAX_LABELS = 100
export const MAX_FILTER_LABELS = 10

const label = line(MAX_LABEL_LENGTH)

/** Splits labels at commas, in array items too; one that differs only in case is the same. First spellings stay. */
function splitLabels(given: string | string[], ctx: z.RefinementCtx): string[] {
  const found = new Map<string, string>()
  for (const [i, item] of [given].flat().entries()) {
    for (const piece of item.split(',')) {
      const { success, data, error } = label.safeParse(piece)
      if (!success)
        for (const { message, code, ...issue } of error.issues)
          ctx.addIssue({
            code: 'custom',
            message,
            path: Array.isArray(given) ? [i] : [],
            input: given,
            ...('params' in issue && { params: issue.params }),
          })
      else if (data && !found.has(nameKey(data))) found.set(nameKey(data), data)
    }
  }
  return [...found.values()]
}

const labels = z
  .union([z.string(), z.array(z.string())], { message: 'This must be a string or an array of strings.' })
  .transform(splitLabels)
  .refine(
    (names) => names.length <= MAX_LABELS,
    invalid('too_many', `A prospect can have at most ${MAX_LABELS} labels.`),
  )

const licenseStatus = z
  .string()
  .overwrite((s) => s.trim())
  .refine(
    (s) => s === '' || LICENSE_STATUSES.includes(s as LicenseStatus),
    invalid('not_allowed', `This must be one of ${LICENSE_STATUSES.join(', ')}.`),
  ) as z.ZodType<LicenseStatus | '', string>

const flag = z
  .boolean()
  .nullish()
  .transform((given) => given ?? false)
const reference = orNull(idReference)

/** The body of `POST /v1/prospects`. Optional fields: absent leaves alone, null clears. */
export const CreateProspect = z.strictObject({
  firstName: requiredLine(100),
  lastName: requiredLine(100),
  email: orNull(email),
  phone: orNull(line(100)),
  stageId: reference,
  pipelineId: reference,
  licenseStatus: orNull(licenseStatus),
  labels: labels.nullish().transform((names) => names ?? []),
  notes: orNull(lines(20_000)),
  title: orNull(line(200)),
  company: orNull(line(200)),
  userId: reference,
  streetAddress: orNull(line(200)),
  city: orNull(line(100)),
  state: orNull(line(100)),
  postalCode: orNull(line(20)),
  officeId: reference,
  sourceId: reference,
  newSourceName: orNull(line(200)),
  muteWebhook: flag,
  jobId: reference,
  update: flag,
})
export type CreateProspect = z.output<typeof CreateProspect>

/** A leading space is the `+` of an unencoded `?phone=+1…`. */
const phoneParameter = z
  .string()
  .overwrite((s) => s.replace(/^ (?=[^ ])/, '+'))
  .pipe(parameter())
/** An inner space is a `+` that was not encoded. */
const emailParameter = parameter().transform((s) => s.replaceAll(' ', '+').normalize('NFC').toLowerCase())

/** Keys of the labels asked for, each once. None, as in `?label=,`, is a filter that nothing matches. */
const labelFilter = z
  .union([parameter(), z.array(parameter())])
  .transform(
    (given) =>
      new Set(
        [given]
          .flat()
          .flatMap((s) => s.split(','))
          .map((s) => nameKey(s.trim()))
          .filter(Boolean),
      ),
  )
  .transform((keys) => [...keys].sort())
  .refine((keys) => keys.length <= MAX_FILTER_LABELS, invalid('too_many', `At most ${MAX_FILTER_LABELS} labels.`))

/** The query of `GET /v1/prospects`. */
export const ListProspects = z.strictObject({
  email: emailParameter.optional(),
  phone: phoneParameter.optional(),
  name: parameter().optional(),
  title: parameter().optional(),
  company: parameter().optional(),
  stage: parameter().optional(),
  label: labelFilter.optional(),
  limit: limit(1),
  pageToken: pageToken.optional(),
})
export type ListProspects = z.output<typeof ListProspects>
