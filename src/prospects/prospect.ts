import type { CustomFields } from './custom-fields'
import { type CustomValues, type Shown, showValues, toValues } from './custom-values'
import { columnOf, FIELD_NAMES, type FieldName, type TextValues } from './field-names'
import { type Resume, type StoredResume, toResume } from './resume'

/** A prospect as callers see it. The table of fields describes each field. */
export interface Prospect extends TextValues {
  id: string
  email: string | null
  /** E.164. */
  phone: string | null
  currentStage: string | null
  currentStageId: string | null
  pipelineId: string | null
  /** Names, in alphabetical order. */
  labels: string[]
  sourceId: string | null
  jobIds: string[]
  createdByUserId: string | null
  updatedByUserId: string | null
  resume: Resume | null
  version: number
  createdAt: number
  updatedAt: number
  custom: Record<string, Shown>
}

export interface Stage {
  id: string
  name: string
  pipelineId: string
}

export interface Label {
  id: string
  name: string
}

/** A prospect in memory: between the read and the write, or the read and the response. */
export type ProspectRecord = Omit<
  Prospect,
  'currentStage' | 'currentStageId' | 'pipelineId' | 'labels' | 'resume' | 'custom'
> & {
  stage: Stage | null
  labels: Label[]
  resume: StoredResume | null
  custom: CustomValues
  /** Emails and phones of duplicates that were merged into this prospect, if a write request has them. */
  aliases: { emails: string[]; phones: string[] }
}

/** A row that `COLUMNS` selects. Lists, the resume and custom values are JSON. */
export type ProspectRow = Omit<ProspectRecord, 'stage' | 'labels' | 'jobIds' | 'resume' | 'custom' | 'aliases'> & {
  stageId: string | null
  stageName: string | null
  pipelineId: string | null
  labels: string
  jobIds: string
  resume: string | null
  custom: string
  /** Only the write path reads it. */
  aliases?: string
}

/** Fields that the stage of a prospect has. */
const STAGE_FIELDS: FieldName[] = ['currentStage', 'currentStageId', 'pipelineId']

/** SQL for the columns whose values are JSON. */
const JSON_COLUMNS: Partial<Record<FieldName, string>> = {
  labels: `(SELECT json_group_array(json_object('id', l.id, 'name', l.name))
    FROM json_each(p.labels) k CROSS JOIN labels l ON l.account_id = p.account_id AND l.id = k.value)`,
  jobIds: 'p.jobs',
  custom: 'p.custom',
}
/** SQL for what they have if they are not read. */
const EMPTY: Partial<Record<FieldName, string>> = { labels: "'[]'", jobIds: "'[]'", custom: "'{}'" }

/**
 * SQL: the columns of a `ProspectRow`, of a prospect `p` and its stage `s`. Use it with `JOINS`. Only these fields are read, and
 * the id; the other columns are empty.
 */
export const columnsOf = (fields: readonly FieldName[] = FIELD_NAMES): string =>
  [
    ...FIELD_NAMES.filter((name) => !STAGE_FIELDS.includes(name)).map((name) =>
      name === 'id' || fields.includes(name)
        ? `${JSON_COLUMNS[name] ?? `p.${columnOf(name)}`} AS ${name}`
        : `${EMPTY[name] ?? 'NULL'} AS ${name}`,
    ),
    's.id AS stageId, s.name AS stageName, s.pipeline_id AS pipelineId',
  ].join(', ')
export const COLUMNS = columnsOf()

/** SQL for the length of each field that can be long. The names of labels count like their ids. */
const LENGTHS: Partial<Record<FieldName, string>> = {
  notes: 'coalesce(octet_length(p.notes), 0)',
  resume: 'coalesce(octet_length(p.resume), 0)',
  jobIds: 'octet_length(p.jobs)',
  labels: '2 * octet_length(p.labels)',
  custom: 'octet_length(p.custom)',
}

/** SQL: the bytes of those of the fields of a prospect `p` that can be long. */
export const bytesOf = (fields: readonly FieldName[] = FIELD_NAMES): string =>
  `(${['0', ...fields.flatMap((name) => LENGTHS[name] ?? [])].join(' + ')})`
export const BYTES = bytesOf()

export const JOINS = 'LEFT JOIN stages s ON s.account_id = p.account_id AND s.id = p.stage_id'

export const toRecord = (
  { stageId, stageName, pipelineId, labels, jobIds, resume, custom, aliases, ...row }: ProspectRow,
  fields: CustomFields,
): ProspectRecord => ({
  ...row,
  stage: stageId === null ? null : { id: stageId, name: stageName ?? '', pipelineId: pipelineId ?? '' },
  labels: JSON.parse(labels),
  jobIds: JSON.parse(jobIds),
  resume: JSON.parse(resume ?? 'null'),
  custom: toValues(custom, fields),
  aliases: JSON.parse(aliases ?? '{"emails":[],"phones":[]}'),
})

/** The record in the shape of responses. */
export function toProspect(record: ProspectRecord): Prospect {
  const { stage, labels: _, aliases: __, resume, ...stored } = record
  const values: Prospect = {
    ...stored,
    currentStage: stage?.name ?? null,
    currentStageId: stage?.id ?? null,
    pipelineId: stage?.pipelineId ?? null,
    labels: labelNames(record),
    resume: resume && toResume(resume),
    custom: showValues(record.custom),
  }
  return Object.fromEntries(FIELD_NAMES.map((name) => [name, values[name]])) as unknown as Prospect
}

/** The names of a record's labels, in alphabetical order. */
export const labelNames = ({ labels }: Pick<ProspectRecord, 'labels'>): string[] =>
  labels.map(({ name }) => name).sort(alphabetically)

const alphabetically = new Intl.Collator('en', { sensitivity: 'base', numeric: true }).compare
