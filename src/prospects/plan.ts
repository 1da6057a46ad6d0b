import type { Problem } from '../http/problem-type'
import type { NewEvent } from '../webhooks/events'
import type { Match } from './match'
import type { Label, Prospect, ProspectRecord, Stage } from './prospect'
import type { WriteRequest } from './write-request'

/** What the account has of what rows refer to. */
export interface References {
  defaultStage: Stage
  stages: Map<string, Stage>
  /** Pipeline id → its default stage. */
  pipelines: Map<string, Stage>
  sources: Set<string>
  offices: Set<string>
  users: Set<string>
  jobs: Set<string>
  /** By name key. */
  labels: Map<string, Label>
  /** Name key → source id. */
  sourceNames: Map<string, string>
  /** A merged duplicate's id → its survivor's. */
  merges: Map<string, string>
  catalogVersion: number
  catalogSize: number
}

export interface NamedItem extends Label {
  nameKey: string
}

/** What became of a row. */
export interface Outcome {
  record: ProspectRecord
  created: boolean
  /** Whether somebody known is written anew. */
  changed: boolean
  matchedBy: Match['matchedBy']
  potentialDuplicateId: string | null
  message: string | null
}

/** What is to be written, and what each row's answer is. They may be fewer than the rows: fold the rest later. */
export interface Plan {
  /** Of those that are taken, in order. */
  outcomes: Outcome[]
  /** Those that are not, of those that may be; nothing of them is in the plan. */
  rejected: { row: WriteRequest; problem: Problem }[]
  created: Map<string, ProspectRecord>
  updated: Map<string, ProspectRecord>
  /** Fields that some update changes. */
  changed: Set<keyof Prospect>
  /** Duplicates that are merged into a survivor, and go. */
  merged: { record: ProspectRecord; into: string }[]
  labels: NamedItem[]
  sources: NamedItem[]
  events: NewEvent[]
  /** Keys of resumes that are nobody's any more. */
  unreferencedKeys: string[]
  /** Ids of those who have a resume now that is still to be read. */
  resumesToRead: string[]
}

export const emptyPlan = (): Plan => ({
  outcomes: [],
  rejected: [],
  created: new Map(),
  updated: new Map(),
  changed: new Set(),
  merged: [],
  labels: [],
  sources: [],
  events: [],
  unreferencedKeys: [],
  resumesToRead: [],
})
