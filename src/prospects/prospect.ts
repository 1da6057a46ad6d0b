import { type Resume, type StoredResume, toResume } from './resume'
import type { LicenseStatus } from './schema'

/** A prospect as callers see it. */
export interface Prospect {
  id: string
  firstName: string
  lastName: string
  email: string | null
  /** E.164. */
  phone: string | null
  currentStage: string | null
  currentStageId: string | null
  pipelineId: string | null
  /** Names, in alphabetical order. */
  labels: string[]
  title: string | null
  company: string | null
  licenseStatus: LicenseStatus | null
  notes: string | null
  streetAddress: string | null
  city: string | null
  state: string | null
  postalCode: string | null
  officeId: string | null
  sourceId: string | null
  jobIds: string[]
  createdByUserId: string | null
  updatedByUserId: string | null
  resume: Resume | null
  version: number
  createdAt: number
  updatedAt: number
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

/** Fields that are kept as they are given. */
export const PLAIN = [
  'firstName',
  'lastName',
  'title',
  'company',
  'licenseStatus',
  'notes',
  'streetAddress',
  'city',
  'state',
  'postalCode',
  'officeId',
] as const satisfies (keyof Prospect)[]

/** A prospect in memory, between being read and being written. */
export type ProspectRecord = Omit<Prospect, 'currentStage' | 'currentStageId' | 'pipelineId' | 'labels' | 'resume'> & {
  stage: Stage | null
  labels: Label[]
  resume: StoredResume | null
  /** What merged duplicates were known by, as far as a row names it; it goes on meaning this prospect. */
  aliases: { emails: string[]; phones: string[] }
}

/** What the `COLUMNS` select. */
export type ProspectRow = Omit<ProspectRecord, 'stage' | 'labels' | 'jobIds' | 'resume' | 'aliases'> & {
  stageId: string | null
  stageName: string | null
  pipelineId: string | null
  labels: string
  jobIds: string
  resume: string | null
  /** Read on the write path alone. */
  aliases?: string
}

/** What reads a whole prospect `p` with the names of its stage `s` and labels; use with `JOINS`. */
export const COLUMNS = `
  p.id, p.first_name AS firstName, p.last_name AS lastName, p.email, p.phone,
  s.id AS stageId, s.name AS stageName, s.pipeline_id AS pipelineId,
  (SELECT json_group_array(json_object('id', l.id, 'name', l.name))
    FROM json_each(p.labels) k CROSS JOIN labels l ON l.account_id = p.account_id AND l.id = k.value) AS labels,
  p.title, p.company, p.license_status AS licenseStatus, p.notes, p.street_address AS streetAddress, p.city, p.state,
  p.postal_code AS postalCode, p.office_id AS officeId, p.source_id AS sourceId, p.jobs AS jobIds,
  p.created_by_user_id AS createdByUserId, p.updated_by_user_id AS updatedByUserId,
  p.resume, p.version, p.created_at AS createdAt, p.updated_at AS updatedAt`

/** How long what may be long of a prospect `p` is; of labels the ids are there, and the names about as long. */
export const BYTES = `(coalesce(octet_length(p.notes), 0) + coalesce(octet_length(p.resume), 0) + octet_length(p.jobs)
  + 2 * octet_length(p.labels))`

export const JOINS = 'LEFT JOIN stages s ON s.account_id = p.account_id AND s.id = p.stage_id'

export const toRecord = ({
  stageId,
  stageName,
  pipelineId,
  labels,
  jobIds,
  resume,
  aliases,
  ...row
}: ProspectRow): ProspectRecord => ({
  ...row,
  stage: stageId === null ? null : { id: stageId, name: stageName ?? '', pipelineId: pipelineId ?? '' },
  labels: JSON.parse(labels),
  jobIds: JSON.parse(jobIds),
  resume: JSON.parse(resume ?? 'null'),
  aliases: JSON.parse(aliases ?? '{"emails":[],"phones":[]}'),
})

export function toProspect(record: ProspectRecord): Prospect {
  return {
    id: record.id,
    firstName: record.firstName,
    lastName: record.lastName,
    email: record.email,
    phone: record.phone,
    currentStage: record.stage?.name ?? null,
    currentStageId: record.stage?.id ?? null,
    pipelineId: record.stage?.pipelineId ?? null,
    labels: labelNames(record),
    title: record.title,
    company: record.company,
    licenseStatus: record.licenseStatus,
    notes: record.notes,
    streetAddress: record.streetAddress,
    city: record.city,
    state: record.state,
    postalCode: record.postalCode,
    officeId: record.officeId,
    sourceId: record.sourceId,
    jobIds: record.jobIds,
    createdByUserId: record.createdByUserId,
    updatedByUserId: record.updatedByUserId,
    resume: record.resume && toResume(record.resume),
    version: record.version,
    createdAt: record.createdAt,
    updatedAt: record.updatedAt,
  }
}

/** A record's labels as they are shown. */
export const labelNames = ({ labels }: Pick<ProspectRecord, 'labels'>): string[] =>
  labels.map(({ name }) => name).sort(alphabetically)

const alphabetically = new Intl.Collator('en', { sensitivity: 'base', numeric: true }).compare
