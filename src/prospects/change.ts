import { type ParsedPhone, parsePhone } from './phone'
import type { Label } from './prospect'
import type { CreateProspect, UpdateProspect } from './schema'

/** What a call asks for, whichever call it is. Fields: absent leaves alone, null clears. */
export interface Change extends Omit<UpdateProspect, 'phone'> {
  /** Null: cleared. A text that is no number says so in its warning. */
  phone?: ParsedPhone | null
  /** What a move asks for. It is nobody's edit: `updatedByUserId` stays. */
  replace?: Replacement
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

/** Whom a change is about: who matches its email or phone, or nobody else than the prospect with this id. */
export type Target = { match: true; update: boolean } | { match: false; id: string; ifVersions?: number[] | undefined }

/** One row to be folded. */
export interface Row {
  target: Target
  change: Change
}

const readPhone = (text: string | null | undefined, country: string) =>
  text === undefined ? {} : { phone: text === null ? null : parsePhone(text, country) }

/** A POST: its labels are added. */
export function toRow({ update, labels, ...input }: CreateProspect, country: string): Row {
  const { phone, ...change } = input
  return {
    target: { match: true, update },
    change: { ...change, ...readPhone(phone, country), addLabels: labels, removeLabels: [] },
  }
}

/** A PATCH of the prospect with this id, which must have one of the versions, if any are given. */
export function toPatchRow(id: string, ifVersions: number[] | undefined, input: UpdateProspect, country: string): Row {
  const { phone, ...change } = input
  return { target: { match: false, id, ifVersions }, change: { ...change, ...readPhone(phone, country) } }
}
