import type { Problem } from '../http/problem-type'
import { EXTRACTED_FIELDS, type ExtractedField } from './field-names'
import { type ParsedPhone, parsePhone } from './phone'
import type { Label } from './prospect'
import type { NewFile, Reading } from './resume'
import { type CreateProspect, UpdateProspect } from './schema'

/** What a call asks for, whichever call it is. Fields: absent leaves alone, null clears. */
export interface Change extends Omit<UpdateProspect, 'phone' | 'resume'> {
  /** Null: cleared. A text that is no number says so in its warning. */
  phone?: ParsedPhone | null
  resume?: NewFile | null
  /** A resume that was read: the other fields are what it says, and fill blanks alone. */
  reading?: ResumeReading
  /** What a move asks for. It is nobody's edit: `updatedByUserId` stays. */
  replace?: Replacement
}

/** How reading the resume under this key ended. That is nobody's edit either. */
export interface ResumeReading extends Reading {
  key: string
}

/** One thing of the catalog in the place of another, for those who still have that. */
export interface Replacement {
  kind: 'pipelines' | 'stages' | 'labels' | 'sources' | 'offices' | 'users' | 'jobs'
  from: string
  /** For stages and pipelines: the stage to go to. */
  to: Label & { pipelineId?: string }
}

/** A change of nothing, to be added to. */
export const NO_CHANGE: Change = { muteWebhook: false, addLabels: [], removeLabels: [] }

/**
 * Whom a change is about: who matches its email or phone (before that, the prospect with this id, if there is one), or
 * nobody else than the prospect with this id.
 */
export type Target =
  | { match: true; update: boolean; id?: string | undefined }
  | { match: false; id: string; ifVersions?: number[] | undefined }

/** One row to be folded. */
export interface WriteRequest {
  target: Target
  change: Change
  /** Where the request has the fields, if not in its body: for errors. */
  givenIn?: 'query'
  /** The others go on without it if it is refused; else nothing is written. */
  mayBeRejected?: true
  /** What is wrong with it already: it is refused for that, in its turn. */
  rejected?: Problem
}

/** The phone is read; a resume is a file that is stored apart. */
const toChange = ({ phone, resume, ...input }: UpdateProspect, country: string, file: NewFile | undefined): Change => ({
  ...input,
  ...(phone !== undefined && { phone: phone === null ? null : parsePhone(phone, country) }),
  ...(resume !== undefined && { resume: file ?? null }),
})

/** A POST: its labels are added. */
export const toCreateRequest = (
  { update, labels, ...input }: CreateProspect,
  country: string,
  file?: NewFile,
): WriteRequest => ({
  target: { match: true, update },
  change: toChange({ ...input, addLabels: labels, removeLabels: [] }, country, file),
})

/** A PATCH of the prospect with this id, which must have one of the versions, if any are given. */
export const toUpdateRequest = (
  id: string,
  ifVersions: number[] | undefined,
  input: UpdateProspect,
  country: string,
  file?: NewFile,
): WriteRequest => ({ target: { match: false, id, ifVersions }, change: toChange(input, country, file) })

/** What a resume says about the fields that it can fill. */
export type ExtractedFields = { [F in ExtractedField]?: string | null | undefined }

/** A resume that was read, and what it says for sure; what no caller could give either is left out. */
export function toResumeRequest(
  id: string,
  read: ResumeReading,
  said: ExtractedFields,
  muteWebhook: boolean,
  country: string,
): WriteRequest {
  const given = Object.fromEntries(
    EXTRACTED_FIELDS.flatMap((field) => {
      const { data } = UpdateProspect.shape[field].safeParse(said[field])
      return data ? [[field, data]] : []
    }),
  ) as Partial<UpdateProspect>
  const change = toChange({ addLabels: [], removeLabels: [], muteWebhook, ...given }, country, undefined)
  return { target: { match: false, id }, change: { ...change, reading: read } }
}
