import * as z from 'zod'
import type { IdPrefix } from '../db/ids'
import { email, idReference, invalid, nameKey, orNull, requiredLine } from '../http/text'

/** What prospects refer to. The kinds differ in this table alone; their verbs are written once, in the store. */
export interface Kind {
  /** The table, and the path below `/v1/`. */
  name: 'pipelines' | 'stages' | 'labels' | 'sources' | 'offices' | 'users' | 'jobs'
  /** For people: "There is no such label." */
  noun: string
  prefix: IdPrefix
  /** The body of POST. */
  Create: z.ZodType<CreateItem>
  /** What must be unique: `?2` is the new row as JSON. None: names may repeat. */
  unique?: string
  /** The list's order. */
  order: string[]
  /** What objects of this kind show besides `id`, `name` and the times: field → SQL. */
  shows: Record<string, string>
  /** Columns that a new row has besides those of all: column → SQL, where `?1` is the account, `?2` the row as JSON. */
  sets: Record<string, string>
}

/** The bodies of POST together: what a kind does not have is refused by its own schema. */
export interface CreateItem {
  name: string
  email?: string | null | undefined
  pipelineId?: string
  stages?: string[]
}

export const MAX_LABEL_LENGTH = 64

const name = requiredLine(200)
// a comma separates labels wherever they are listed, so that none can hold one
const labelName = requiredLine(MAX_LABEL_LENGTH).refine(
  (s) => !s.includes(','),
  invalid('not_allowed', 'A label cannot hold a comma.'),
)
const stageNames = z
  .array(name)
  .min(1)
  .max(100)
  .refine(
    (names) => new Set(names.map(nameKey)).size === names.length,
    invalid('duplicate', 'Two stages of a pipeline cannot have the same name.'),
  )

const BY_NAME = ['name_key', 'id']
const BY_POSITION = ['position', 'name_key', 'id']
const named = { unique: "name_key = ?2 ->> 'nameKey'", order: BY_NAME, shows: {}, sets: {} }

export const KINDS: Kind[] = [
  {
    name: 'pipelines',
    noun: 'pipeline',
    prefix: 'pipe',
    Create: z.strictObject({ name, stages: stageNames.default(['New']) }),
    unique: named.unique,
    order: BY_POSITION,
    shows: {
      position: 'position',
      isDefault: 'id = (SELECT default_pipeline_id FROM accounts WHERE accounts.id = pipelines.account_id)',
    },
    sets: {
      position: '(SELECT coalesce(max(position) + 1, 0) FROM pipelines WHERE account_id = ?1)',
      default_stage_id: "?2 ->> 'defaultStageId'",
    },
  },
  {
    name: 'stages',
    noun: 'stage',
    prefix: 'stg',
    Create: z.strictObject({ name, pipelineId: idReference }),
    unique: "pipeline_id = ?2 ->> 'pipelineId' AND name_key = ?2 ->> 'nameKey'",
    order: BY_POSITION,
    shows: {
      pipelineId: 'pipeline_id',
      position: 'position',
      isDefault: `id = (SELECT default_stage_id FROM pipelines p
        WHERE p.account_id = stages.account_id AND p.id = stages.pipeline_id)`,
    },
    sets: {
      pipeline_id: "?2 ->> 'pipelineId'",
      position: `(SELECT coalesce(max(position) + 1, 0) FROM stages
        WHERE account_id = ?1 AND pipeline_id = ?2 ->> 'pipelineId')`,
    },
  },
  { name: 'labels', noun: 'label', prefix: 'lbl', Create: z.strictObject({ name: labelName }), ...named },
  { name: 'sources', noun: 'source', prefix: 'src', Create: z.strictObject({ name }), ...named },
  { name: 'offices', noun: 'office', prefix: 'off', Create: z.strictObject({ name }), ...named },
  {
    name: 'users',
    noun: 'user',
    prefix: 'usr',
    Create: z.strictObject({ name, email: orNull(email) }),
    unique: "email = ?2 ->> 'email'",
    order: BY_NAME,
    shows: { email: 'email' },
    sets: { email: "?2 ->> 'email'" },
  },
  { name: 'jobs', noun: 'job', prefix: 'job', Create: z.strictObject({ name }), order: BY_NAME, shows: {}, sets: {} },
]
