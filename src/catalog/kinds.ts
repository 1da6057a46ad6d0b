import * as z from 'zod'
import type { IdPrefix } from '../db/ids'
import { email, idReference, invalid, nameKey, orNull, requiredLine, requiredPatternWithout } from '../http/text'
import { LABEL_WEIGHT, MAX_LABEL_LENGTH } from '../prospects/labels'

/** A kind of item that prospects refer to. The kinds differ only in `KINDS`; they share the functions of the store. */
export interface Kind {
  /** The table, and the path below `/v1/`. */
  name: 'pipelines' | 'stages' | 'labels' | 'sources' | 'offices' | 'users' | 'jobs'
  /** For people: "There is no such label." */
  noun: string
  prefix: IdPrefix
  /** The body of POST. */
  Create: z.ZodType<CreateItem>
  /** The body of PATCH. */
  Update: z.ZodType<UpdateItem>
  /** A condition that finds the item with the same name or email: `?2` is the new row as JSON. Absent if names may repeat. */
  unique?: string
  /** The columns that the list is ordered by. */
  order: string[]
  /** The fields of an item besides `id`, `name` and the times: field → SQL. */
  fields: Record<string, string>
  /** The columns of a new row besides those of every kind: column → SQL, where `?1` is the account, `?2` the row as JSON. */
  columns: Record<string, string>
  /** SQL for the number of prospects that use the row `t`. */
  countProspects: string
  /** SQL that selects the `id` of prospects that use `?2`, at most `?3` of them. */
  selectProspects: string
  /** SQL that makes `?2` the default. */
  makeDefault?: string
}

/** The fields of the PATCH bodies of all kinds. The schema of a kind rejects fields that the kind does not have. */
export interface UpdateItem {
  name?: string | undefined
  email?: string | null | undefined
  position?: number | undefined
  isDefault?: true | undefined
}

/** The fields of the POST bodies of all kinds. The schema of a kind rejects fields that the kind does not have. */
export interface CreateItem {
  name: string
  email?: string | null | undefined
  pipelineId?: string
  stages?: string[]
}

const name = requiredLine(200)
// lists of labels are separated by commas, so the name of a label cannot contain a comma
const labelName = requiredLine(MAX_LABEL_LENGTH)
  .refine((s) => !s.includes(','), invalid('not_allowed', 'A label cannot hold a comma.'))
  .meta({ pattern: requiredPatternWithout(',') })
const stageNames = z
  .array(name)
  .min(1)
  .max(100)
  .refine(
    (names) => new Set(names.map(nameKey)).size === names.length,
    invalid('duplicate', 'Two stages of a pipeline cannot have the same name.'),
  )

// there is always one default: a PATCH can only make another item the default
const isDefault = z.literal(true, { message: 'Make another one the default instead.' }).optional()
const position = z.int().min(0).max(1_000_000).optional()
const rename = z.strictObject({ name: name.optional() })

/** SQL that adds up `label_set_counts` for stages that match a condition, such as `= t.id`. */
const inCounts = (stages: string) =>
  `(SELECT coalesce(sum(c.n), 0) FROM label_set_counts c
    WHERE c.account_id = t.account_id AND c.label_set = 0 AND c.stage_id ${stages})`
/** SQL for a kind that prospects refer to in one column, which has an index. */
const byColumn = (column: string, index: string) => ({
  countProspects: `(SELECT count(*) FROM prospects p INDEXED BY ${index} WHERE p.account_id = t.account_id AND p.${column} = t.id)`,
  selectProspects: `SELECT id FROM prospects INDEXED BY ${index} WHERE account_id = ?1 AND ${column} = ?2 LIMIT ?3`,
})

const BY_NAME = ['name_key', 'id']
const BY_POSITION = ['position', 'name_key', 'id']
const named = { unique: "name_key = ?2 ->> 'nameKey'", order: BY_NAME, fields: {}, columns: {} }

export const KINDS: Kind[] = [
  {
    name: 'pipelines',
    noun: 'pipeline',
    prefix: 'pipe',
    Create: z.strictObject({ name, stages: stageNames.default(['New']) }),
    Update: z.strictObject({ name: name.optional(), position, isDefault }),
    countProspects: inCounts(
      'IN (SELECT s.id FROM stages s WHERE s.account_id = t.account_id AND s.pipeline_id = t.id)',
    ),
    selectProspects: `SELECT p.id FROM stages s CROSS JOIN prospects p INDEXED BY prospects_stage
      ON p.account_id = ?1 AND p.stage_id = s.id WHERE s.account_id = ?1 AND s.pipeline_id = ?2 LIMIT ?3`,
    makeDefault: `UPDATE accounts SET default_pipeline_id = ?2
      WHERE id = ?1 AND EXISTS (SELECT 1 FROM pipelines WHERE account_id = ?1 AND id = ?2)`,
    unique: named.unique,
    order: BY_POSITION,
    fields: {
      position: 'position',
      isDefault: 't.id = (SELECT default_pipeline_id FROM accounts a WHERE a.id = t.account_id)',
    },
    columns: {
      position: '(SELECT coalesce(max(position) + 1, 0) FROM pipelines WHERE account_id = ?1)',
      default_stage_id: "?2 ->> 'defaultStageId'",
    },
  },
  {
    name: 'stages',
    noun: 'stage',
    prefix: 'stg',
    Create: z.strictObject({ name, pipelineId: idReference }),
    Update: z.strictObject({ name: name.optional(), position, isDefault }),
    countProspects: inCounts('= t.id'),
    selectProspects:
      'SELECT id FROM prospects INDEXED BY prospects_stage WHERE account_id = ?1 AND stage_id = ?2 LIMIT ?3',
    makeDefault: `UPDATE pipelines SET default_stage_id = ?2
      WHERE account_id = ?1 AND id = (SELECT pipeline_id FROM stages WHERE account_id = ?1 AND id = ?2)`,
    unique: "pipeline_id = ?2 ->> 'pipelineId' AND name_key = ?2 ->> 'nameKey'",
    order: BY_POSITION,
    fields: {
      pipelineId: 'pipeline_id',
      position: 'position',
      isDefault: `t.id = (SELECT default_stage_id FROM pipelines p
        WHERE p.account_id = t.account_id AND p.id = t.pipeline_id)`,
    },
    columns: {
      pipeline_id: "?2 ->> 'pipelineId'",
      position: `(SELECT coalesce(max(position) + 1, 0) FROM stages
        WHERE account_id = ?1 AND pipeline_id = ?2 ->> 'pipelineId')`,
    },
  },
  {
    name: 'labels',
    noun: 'label',
    prefix: 'lbl',
    Create: z.strictObject({ name: labelName }),
    Update: z.strictObject({ name: labelName.optional() }),
    countProspects: `coalesce((SELECT n FROM prospect_labels p WHERE p.account_id = t.account_id AND p.label_id = t.id
      ORDER BY p.prospect_id DESC LIMIT 1), 0)`,
    selectProspects: 'SELECT prospect_id AS id FROM prospect_labels WHERE account_id = ?1 AND label_id = ?2 LIMIT ?3',
    ...named,
    columns: { weight: LABEL_WEIGHT },
  },
  {
    name: 'sources',
    noun: 'source',
    prefix: 'src',
    Create: z.strictObject({ name }),
    Update: rename,
    ...byColumn('source_id', 'prospects_source'),
    ...named,
  },
  {
    name: 'offices',
    noun: 'office',
    prefix: 'off',
    Create: z.strictObject({ name }),
    Update: rename,
    ...byColumn('office_id', 'prospects_office'),
    ...named,
  },
  {
    name: 'users',
    noun: 'user',
    prefix: 'usr',
    Create: z.strictObject({ name, email: orNull(email) }),
    Update: z.strictObject({ name: name.optional(), email: orNull(email) }),
    unique: "email = ?2 ->> 'email'",
    order: BY_NAME,
    fields: { email: 'email' },
    columns: { email: "?2 ->> 'email'" },
    countProspects: `(SELECT count(*) FROM (
      SELECT id FROM prospects INDEXED BY prospects_created_by
        WHERE account_id = t.account_id AND created_by_user_id = t.id
      UNION SELECT id FROM prospects INDEXED BY prospects_updated_by
        WHERE account_id = t.account_id AND updated_by_user_id = t.id
      UNION SELECT prospect_id FROM prospect_custom
        WHERE account_id = t.account_id AND field = '' AND value = t.id))`,
    selectProspects: `SELECT id FROM prospects INDEXED BY prospects_created_by
        WHERE account_id = ?1 AND created_by_user_id = ?2
      UNION SELECT id FROM prospects INDEXED BY prospects_updated_by
        WHERE account_id = ?1 AND updated_by_user_id = ?2
      UNION SELECT prospect_id FROM prospect_custom
        WHERE account_id = ?1 AND field = '' AND value = ?2 LIMIT ?3`,
  },
  {
    name: 'jobs',
    noun: 'job',
    prefix: 'job',
    Create: z.strictObject({ name }),
    Update: rename,
    order: BY_NAME,
    fields: {},
    columns: {},
    countProspects: '(SELECT count(*) FROM prospect_jobs j WHERE j.account_id = t.account_id AND j.job_id = t.id)',
    selectProspects: 'SELECT prospect_id AS id FROM prospect_jobs WHERE account_id = ?1 AND job_id = ?2 LIMIT ?3',
  },
]
