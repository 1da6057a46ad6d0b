import * as z from 'zod'
import { id, LIST_PARAMETERS, pageOf, type Section, time } from '../http/openapi'
import type { Dismissal, DuplicatePair } from './duplicates'
import { ProspectSchema } from './openapi-schemas'

const Summary = ProspectSchema.pick({
  id: true,
  firstName: true,
  lastName: true,
  email: true,
  phone: true,
  title: true,
  company: true,
  createdAt: true,
}).meta({ id: 'ProspectSummary', description: 'The fields of a prospect that help to compare it with another.' })

const pairIdOf = id('dup', 'pair')

const Pair = z
  .object({
    id: pairIdOf,
    reasons: z.array(z.enum(['phone', 'name_and_company'])).meta({ description: 'What the two prospects share.' }),
    prospects: z.array(Summary).meta({ description: 'The two prospects, the older one first.' }),
  })
  .meta({ id: 'Duplicate', description: 'Two prospects that may be the same person.' })
Pair satisfies z.ZodType<DuplicatePair>

const DismissalSchema = z
  .object({ id: pairIdOf, dismissedAt: time('When the pair was first dismissed') })
  .meta({ id: 'DuplicateDismissal', description: 'A pair that was dismissed.' })
DismissalSchema satisfies z.ZodType<Dismissal>

/** `/v1/duplicates`. */
export const duplicateSection: Section = {
  tag: 'Prospects',
  ids: { duplicates: 'pair, `dup_…`' },
  parameters: LIST_PARAMETERS,
  operations: {
    'GET /v1/duplicates': {
      operationId: 'listDuplicates',
      summary: 'List possible duplicates',
      description:
        'Returns a page of the pairs of prospects that share a phone, or a name and a company. Pairs of the newest prospects come first.',
      quotes: ['writing#Finding duplicates'],
      responses: { 200: ['A page of pairs.', pageOf(Pair, 'Duplicate')] },
    },
    'POST /v1/duplicates/:id/dismiss': {
      operationId: 'dismissDuplicate',
      summary: 'Dismiss a pair of possible duplicates',
      description: 'The two prospects are not the same person. The list never shows the pair again.',
      responses: { 200: ['The pair is dismissed.', DismissalSchema] },
    },
  },
}
