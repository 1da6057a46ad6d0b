import * as z from 'zod'
import { limit, pageToken } from '../http/page'
import {
  documentedAsArray,
  email,
  flagParameter,
  idReference,
  invalid,
  line,
  nameKey,
  orNull,
  parameter,
  timeParameter,
  trim,
} from '../http/text'
import { customFilters } from './custom-filters'
import { customInput } from './custom-values'
import { FIELD_NAMES, type Selected } from './field-names'
import { FIELDS } from './fields'
import { labels } from './labels'
import { ResumeFile } from './resume-file'
import { optionalTexts, requiredTexts } from './text-fields'

/** How many jobs a prospect can have. */
export const MAX_JOBS = 100
/** How many inputs a batch can have. */
export const MAX_INPUTS = 250
/** How many labels a list can be filtered by. */
const MAX_FILTER_LABELS = 10

const flag = z
  .boolean()
  .nullish()
  .transform((given) => given ?? false)
const reference = orNull(idReference)

const profile = {
  email: orNull(email),
  phone: orNull(line(100)),
  stageId: reference,
  pipelineId: reference,
  userId: reference,
  ...optionalTexts,
  sourceId: reference,
  newSourceName: orNull(line(200)),
  resume: ResumeFile.nullish(),
  muteWebhook: flag,
  jobId: reference,
  custom: customInput,
}
const someLabels = labels.nullish().transform((names) => names ?? [])

/** The body of `POST /v1/prospects`. An optional field that is absent stays as it is, and null clears it. */
export const CreateProspect = z.strictObject({
  ...requiredTexts,
  ...profile,
  labels: someLabels,
  update: flag,
})
export type CreateProspect = z.output<typeof CreateProspect>

/** An input of a batch: the body of a POST, or what is wrong with it. */
type BatchInput =
  | { input: Omit<CreateProspect, 'update'> & { update?: boolean | null | undefined } }
  | { issues: z.core.$ZodIssue[]; given: unknown }
const NO_FILES = invalid('not_allowed', 'A batch takes no resumes. Send this one with PUT /v1/prospects/{id}/resume.')
const BatchInput = CreateProspect.extend({
  update: z.boolean().nullish(),
  resume: profile.resume.refine((file) => !file, NO_FILES),
})
  .transform((input): BatchInput => ({ input }))
  // without an argument: so the OpenAPI document asks for the default
  .catch((failed): BatchInput => failed && { issues: failed.error.issues, given: failed.input })

/** The body of `POST /v1/prospects/batch`. `update` applies to each input that does not set its own. */
export const WriteBatch = z.strictObject({ inputs: z.array(BatchInput).min(1).max(MAX_INPUTS), update: flag })
export type WriteBatch = z.output<typeof WriteBatch>

/** The body of `PATCH /v1/prospects/{id}`. `labels` and `jobIds` replace the whole set. The rest is as in POST. */
export const UpdateProspect = z.strictObject({
  ...z.object(requiredTexts).partial().shape,
  ...profile,
  labels: labels
    .nullable()
    .transform((names) => names ?? [])
    .optional(),
  addLabels: someLabels,
  removeLabels: someLabels,
  jobIds: z
    .array(idReference)
    .max(MAX_JOBS, `A prospect can have at most ${MAX_JOBS} jobs.`)
    .nullable()
    .transform((ids) => ids ?? [])
    .optional(),
})
export type UpdateProspect = z.output<typeof UpdateProspect>

/** The body of `POST /v1/prospects/{id}/merge`. */
export const MergeProspect = z.strictObject({ duplicateId: idReference, userId: reference, muteWebhook: flag })
export type MergeProspect = z.output<typeof MergeProspect>

/** The query of `DELETE /v1/prospects/{id}`. */
export const EraseProspect = z.strictObject({
  userId: parameter()
    .optional()
    .transform((id) => id ?? null),
  muteWebhook: flagParameter(false),
})
export type EraseProspect = z.output<typeof EraseProspect>

/** A leading space is read as the `+` of an unencoded `?phone=+1…`. */
const phoneParameter = z
  .string()
  .overwrite((s) => s.replace(/^ (?=[^ ])/, '+'))
  .pipe(parameter())
  .meta({ minLength: 1, maxLength: 1000 })
/** A space inside is read as a `+` that was not encoded. */
const emailParameter = parameter().transform((s) => s.replaceAll(' ', '+').normalize('NFC').toLowerCase())

/** The name keys of the labels, each once. An empty list, from `?label=,`, matches nothing. */
const labelFilter = z
  .union([parameter(), z.array(parameter())])
  .meta(documentedAsArray({ type: 'string', minLength: 1, maxLength: 1000 }, MAX_FILTER_LABELS))
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

/** Names of fields, separated by commas. `names` are those that exist; which custom fields exist is known only to the list. */
const fieldsParameter = (names: readonly string[]) =>
  parameter()
    .transform((given) => [...new Set(given.split(',').map(trim))].filter(Boolean))
    .superRefine((given, { addIssue }) => {
      const unknown = given.filter((name) => !names.includes(name) && !/^custom\.[a-z0-9_]+$/.test(name))
      if (unknown.length > 0)
        addIssue({ code: 'custom', ...invalid('not_allowed', `There is no field ${unknown.join(', ')}.`) })
    })
    .transform((given) => given as Selected[])

/** The orders of the list. A minus is descending. The order of creation is the order of ids. */
export const SORTS = ['-createdAt', 'createdAt', '-updatedAt', 'updatedAt', 'name', '-name'] as const

/** The query of `GET /v1/prospects`. */
export const ListProspects = z.strictObject({
  q: parameter().optional(),
  email: emailParameter.optional(),
  phone: phoneParameter.optional(),
  name: parameter().optional(),
  title: parameter().optional(),
  company: parameter().optional(),
  city: parameter().optional(),
  state: parameter().optional(),
  postalCode: parameter().optional(),
  stage: parameter().optional(),
  label: labelFilter.optional(),
  excludeLabel: labelFilter.optional(),
  licenseStatus: z.enum(FIELDS.licenseStatus.values).optional(),
  officeId: parameter().optional(),
  sourceId: parameter().optional(),
  jobId: parameter().optional(),
  pipelineId: parameter().optional(),
  /** Times in Unix ms. `…Since` is inclusive, `…Before` exclusive. */
  createdSince: timeParameter().optional(),
  createdBefore: timeParameter().optional(),
  updatedSince: timeParameter().optional(),
  updatedBefore: timeParameter().optional(),
  custom: customFilters,
  fields: fieldsParameter(FIELD_NAMES).optional(),
  sort: z.enum(SORTS).default('-createdAt'),
  total: flagParameter(true),
  limit: limit(1),
  pageToken: pageToken.optional(),
})
export type ListProspects = z.output<typeof ListProspects>

const { sort: _, total: __, limit: ___, pageToken: ____, fields: _____, ...filters } = ListProspects.shape
/** In a body, a time can also be a number. */
const timeInBody = () => z.union([z.number(), z.string()]).transform(String).pipe(timeParameter()).optional()

/** The filters of a list, in a body. */
export const ListFilters = z.strictObject({
  ...filters,
  createdSince: timeInBody(),
  createdBefore: timeInBody(),
  updatedSince: timeInBody(),
  updatedBefore: timeInBody(),
})
export type ListFilters = z.output<typeof ListFilters>

/** The query of `GET /v1/prospects/export`. An export has every match, in the order of creation. */
export const ExportProspects = ListProspects.omit({ limit: true, pageToken: true, total: true }).extend({
  fields: fieldsParameter(FIELD_NAMES.filter((name) => name !== 'resume')).optional(),
  sort: z.enum(['-createdAt', 'createdAt']).default('-createdAt'),
})
export type ExportProspects = z.output<typeof ExportProspects>
