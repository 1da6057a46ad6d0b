import * as z from 'zod'
import { type Descriptions, nextPageToken, problem, textOrNull } from '../http/openapi'
import type { Shown } from './custom-values'
import { FIELD_NAMES, fieldOf, TEXT_FIELDS, type TextField, type TextValues } from './field-names'
import { ResumeSchema } from './openapi-resume'
import type { Prospect } from './prospect'

/** Parameters of every call that changes a prospect, in its query or its body. */
export const CHANGE_PARAMETERS: Descriptions = {
  userId: { description: 'Id of the user who makes the change. The timeline shows this user.' },
  muteWebhook: {
    description: 'Sends no webhook for the change, now or later. The change is on the timeline as usual.',
  },
}

/** The schemas of responses follow. `satisfies` checks them against the types that the code returns. */

/** The schemas of the text fields, from the table of fields. */
const texts = Object.fromEntries(
  TEXT_FIELDS.map((name) => {
    const { required, values } = fieldOf(name)
    const value = values ? z.enum(values) : z.string()
    return [name, required ? value : value.nullable()]
  }),
) as unknown as { [F in TextField]: z.ZodType<TextValues[F]> }
/** The schemas of all fields. */
const shape = {
  ...texts,
  id: z.string(),
  email: z.string().nullable(),
  phone: z.string().nullable(),
  currentStage: z.string().nullable(),
  currentStageId: z.string().nullable(),
  pipelineId: z.string().nullable(),
  labels: z.array(z.string()),
  sourceId: z.string().nullable(),
  jobIds: z.array(z.string()),
  createdByUserId: z.string().nullable(),
  updatedByUserId: z.string().nullable(),
  resume: ResumeSchema.nullable(),
  version: z.int(),
  createdAt: z.int().meta({ format: 'int64' }),
  updatedAt: z.int().meta({ format: 'int64' }),
  custom: z.record(z.string(), z.unknown() as z.ZodType<Shown>),
}
const prospect = z.object(
  Object.fromEntries(
    FIELD_NAMES.map((name) => {
      const { description, example } = fieldOf(name)
      return [name, shape[name].meta({ description, ...(example !== undefined && { example }) })]
    }),
  ) as typeof shape,
)
prospect satisfies z.ZodType<Prospect>

const message = textOrNull(
  'What the service did not take as it was given, for people. Null if there is nothing to report.',
)

export const ProspectSchema = prospect.meta({ id: 'Prospect', description: 'A person whom the account may hire.' })

export const ProspectWithMessage = prospect
  .extend({ message })
  .meta({ id: 'ProspectWithMessage', description: 'A prospect, and a message about the call.' })

export const ProspectWritten = prospect
  .extend({
    message,
    created: z.boolean().meta({ description: 'Whether the call created the prospect.' }),
    matchedBy: z
      .enum(['email', 'phone'])
      .nullable()
      .meta({ description: 'What matched an existing prospect. Null if the prospect is new.' }),
    potentialDuplicateId: textOrNull('Id of another prospect with the same phone, who may be the same person.'),
  })
  .meta({ id: 'ProspectWritten', description: 'A prospect, and how the call matched it.' })

const erased = z
  .object({ id: z.string(), erased: z.literal(true) })
  .meta({ id: 'ErasedProspect', description: 'What is left of a prospect that was erased.' })

/** A prospect, or what is left of it: in idempotent replays after it was erased, and in events. */
export const orErased = (schema: z.ZodType) => z.xor([schema, erased])

const batchResult = z
  .object({
    index: z.int().meta({ description: 'The number of the input, starting at 0.', example: 0 }),
    status: z.int().meta({ description: 'The status that a POST of this input would return.', example: 201 }),
    prospect: orErased(ProspectWritten).optional(),
    problem: problem.optional(),
  })
  .meta({ id: 'BatchResult', description: 'A prospect if the input was accepted, otherwise a problem.' })

export const BatchResults = z
  .object({
    results: z.array(batchResult).meta({ description: 'The result of each input, in order.' }),
    created: z.int().meta({ description: 'How many inputs created a prospect.', example: 1 }),
    updated: z.int().meta({ description: 'How many inputs changed a prospect.', example: 1 }),
    unchanged: z.int().meta({ description: 'How many inputs matched a prospect and changed nothing.', example: 0 }),
    failed: z.int().meta({ description: 'How many inputs were rejected.', example: 0 }),
  })
  .meta({ id: 'BatchResults', description: 'How each input of a batch ended.' })

export const ProspectPage = z
  .object({
    prospects: z.array(ProspectSchema),
    totalCount: z.int().nullable().meta({
      description: 'The exact number of prospects that match, whatever the page. Null with `total=false`.',
      example: 42,
    }),
    nextPageToken,
  })
  .meta({ id: 'ProspectPage', description: 'A page of the prospects that match.' })
