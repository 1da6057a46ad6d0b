import { invalidInput } from '../http/errors'
import type { InputError } from '../http/factory'
import type { Problem } from '../http/problem-type'
import type { CustomValue } from './custom-values'
import { EXTRACTED_FIELDS, type ExtractedField } from './field-names'
import { type ParsedPhone, parsePhone } from './phone'
import type { Label } from './prospect'
import type { NewFile, Reading } from './resume'
import { type CreateProspect, UpdateProspect } from './schema'

/** What a write request changes. A field that is absent stays, and null clears it. */
export interface Change extends Omit<UpdateProspect, 'phone' | 'resume'> {
  /** Null clears the phone. If the text is not a valid number, `e164` is null and `warning` says so. */
  phone?: ParsedPhone | null
  resume?: NewFile | null
  /** The values of custom fields that change, by key. `matchRequest` sets it, from `custom`; null clears a value. */
  customValues?: Map<string, CustomValue | null>
  /** Names, in rows of imports. `stageId` and `pipelineId` win over them. */
  stage?: string | null | undefined
  pipeline?: string | null | undefined
  /** For a resume that was read: the other fields are extracted from it, and only fill blanks. */
  reading?: ResumeReading
  /** For a reassignment in the catalog. No user edits the prospect, so `updatedByUserId` stays. */
  replace?: Replacement
}

/** How the reading of the resume with this key ended. No user edits the prospect here either. */
export interface ResumeReading extends Reading {
  key: string
}

/**
 * Replaces an item of the catalog by another, if the prospect still refers to the first. For a custom field: erases the value
 * of the field with the key `from`.
 */
export type Replacement =
  | {
      kind: 'pipelines' | 'stages' | 'labels' | 'sources' | 'offices' | 'users' | 'jobs'
      from: string
      /** For stages and pipelines: the new stage. */
      to: Label & { pipelineId?: string }
    }
  | { kind: 'fields'; from: string }

/** A change of no field. */
export const NO_CHANGE: Change = { muteWebhook: false, addLabels: [], removeLabels: [] }

/**
 * The prospect that a request is about. With `match`: the prospect with this id, or else the one that matches the email or
 * phone, or else a new one. Without: the prospect with this id only.
 */
export type Target =
  | { match: true; update: boolean; id?: string | undefined }
  | { match: false; id: string; ifVersions?: number[] | undefined }

/** One change of one prospect: a POST, a PATCH, a row of an import, a resume that was read, part of a merge. */
export interface WriteRequest {
  target: Target
  change: Change
  /** Where the fields of the change were given, for errors; by default in the body. */
  givenIn?: 'query'
  /** If it is rejected, the other requests are still written. Otherwise its problem is thrown, and nothing is written. */
  mayBeRejected?: true
  /** A wrong value of a custom field is left out, and the outcome reports it. Otherwise the request is rejected. */
  leavesOut?: true
  /** A problem that was found earlier: the request is rejected with it, in its turn. */
  rejected?: Problem
}

/** A request with invalid input. It changes nothing, and is rejected in its turn. */
export const rejectedRequest = (errors: InputError[]): WriteRequest => ({
  target: { match: true, update: false },
  change: NO_CHANGE,
  mayBeRejected: true,
  rejected: invalidInput(errors),
})

/** A body as a change: the phone is parsed, and the resume is the file that is stored separately. */
const toChange = ({ phone, resume, ...input }: UpdateProspect, country: string, file: NewFile | undefined): Change => ({
  ...input,
  ...(phone !== undefined && { phone: phone === null ? null : parsePhone(phone, country) }),
  ...(resume !== undefined && { resume: file ?? null }),
})

/** A POST. It adds its labels. */
export const toCreateRequest = (
  { update, labels, ...input }: CreateProspect,
  country: string,
  file?: NewFile,
): WriteRequest => ({
  target: { match: true, update },
  change: toChange({ ...input, addLabels: labels, removeLabels: [] }, country, file),
})

/** A PATCH: of the prospect with an id, which must have one of the versions if there are any. */
export const toUpdateRequest = (
  target: Target,
  input: UpdateProspect,
  country: string,
  file?: NewFile,
): WriteRequest => ({ target, change: toChange(input, country, file) })

/** What a resume says about the fields that it can fill. */
export type ExtractedFields = { [F in ExtractedField]?: string | null | undefined }

/** A resume that was read. Extracted values that the API would reject are left out. */
export function toResumeRequest(
  id: string,
  read: ResumeReading,
  extracted: ExtractedFields,
  muteWebhook: boolean,
  country: string,
): WriteRequest {
  const given = Object.fromEntries(
    EXTRACTED_FIELDS.flatMap((field) => {
      const { data } = UpdateProspect.shape[field].safeParse(extracted[field])
      return data ? [[field, data]] : []
    }),
  ) as Partial<UpdateProspect>
  const change = toChange({ addLabels: [], removeLabels: [], muteWebhook, ...given }, country, undefined)
  return { target: { match: false, id }, change: { ...change, reading: read } }
}
