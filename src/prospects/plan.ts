import type { InputError } from '../http/factory'
import type { Problem } from '../http/problem-type'
import type { NewEvent } from '../webhooks/events'
import type { CustomFields } from './custom-fields'
import type { Match } from './match'
import type { Label, Prospect, ProspectRecord, Stage } from './prospect'
import type { WriteRequest } from './write-request'

/** Those of the items, names and ids in the requests that the account has. */
export interface References {
  defaultStage: Stage
  stages: Map<string, Stage>
  /** Pipeline id → its default stage. */
  pipelines: Map<string, Stage>
  /** Name key → the stages of this name. */
  stagesNamed: Map<string, Stage[]>
  /** Name key of a pipeline → its default stage. */
  pipelinesNamed: Map<string, Stage>
  /** The first stages and pipelines of the account, for errors. Empty if no request names a stage or pipeline. */
  stageList: Pick<Stage, 'name' | 'pipelineId'>[]
  pipelineList: string[]
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
  customFields: CustomFields
  catalogVersion: number
  catalogSize: number
  /** If there are several requests: how many enabled webhooks the account has. */
  endpoints: number
}

export interface NamedItem extends Label {
  nameKey: string
}

/** How a request ended. */
export interface Outcome {
  record: ProspectRecord
  created: boolean
  /** Whether an existing prospect was changed. */
  changed: boolean
  /** Whether the record was read as it is. Otherwise the plan writes it, and its `updatedAt` is known at the commit. */
  isCommitted: boolean
  matchedBy: Match['matchedBy']
  potentialDuplicateId: string | null
  message: string | null
  /** What is wrong with the values that were left out (`leavesOut`). */
  leftOut?: InputError[]
}

/** What a commit writes, and how each request ends. It can cover only the first requests: the next pass plans the rest. */
export interface Plan {
  /** Whether it ends because it would get too large for one batch. */
  isFull: boolean
  /** One for each accepted request, in order. */
  outcomes: Outcome[]
  /** Requests that were rejected. The plan writes nothing of them. */
  rejected: { request: WriteRequest; problem: Problem }[]
  created: Map<string, ProspectRecord>
  updated: Map<string, ProspectRecord>
  /** Fields that at least one update changes. */
  changed: Set<keyof Prospect>
  /** Duplicates that are merged into a survivor. The commit deletes them. */
  merged: { record: ProspectRecord; into: string }[]
  labels: NamedItem[]
  sources: NamedItem[]
  events: NewEvent[]
  /** Keys of resumes that no prospect has any more. */
  unreferencedKeys: string[]
  /** Ids of prospects with a new resume, which is to be read. */
  resumesToRead: string[]
}

export const emptyPlan = (): Plan => ({
  isFull: false,
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
