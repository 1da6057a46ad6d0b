import type { ParsedResume } from './fields/parsed'

export const DOCX = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'

/** What a resume can be, and how such files end. */
export const RESUME_TYPES = { 'application/pdf': 'pdf', [DOCX]: 'docx', 'text/plain': 'txt' } as const
export type ResumeType = keyof typeof RESUME_TYPES
export const isResumeType = (type: string): type is ResumeType => Object.hasOwn(RESUME_TYPES, type)

/** The most that a resume may hold, in bytes. */
export const MAX_RESUME = 5 * 1024 * 1024

/** How reading a resume ended, or that it has not. */
export interface Reading {
  status: 'processing' | 'parsed' | 'unsupported' | 'failed'
  /** For people: why there is nothing, or not all of it. */
  reason: string | null
  parsed: ParsedResume | null
}

/** A resume as callers see it. */
export interface Resume extends Reading {
  fileName: string
  contentType: ResumeType
  /** In bytes. */
  size: number
  /** Unix ms. */
  uploadedAt: number
}

/** A file that a write gives a prospect. */
export interface NewFile {
  /** What its object in R2 is called. It begins with the account's id. */
  key: string
  fileName: string
  contentType: ResumeType
  size: number
  /** SHA-256, hex. */
  hash: string
  /** The key of the API that it came by: reading it goes on under this name. */
  keyId: string
}

/** Whether two files are one and the same: then the second changes nothing. */
export const isSameFile = (a: NewFile | null, b: NewFile): boolean =>
  (['hash', 'fileName', 'contentType'] as const).every((field) => a?.[field] === b[field])

/** A resume as a prospect has it. */
export interface KeptResume extends NewFile, Resume {
  /** Whether the write that brought it is muted, and with it what is read. */
  muted: boolean
  /** Fields that the prospect had before the write that brought it, or with it: one that is blank later was cleared. */
  had?: string[]
}

export const toResume = ({ fileName, contentType, size, uploadedAt, status, reason, parsed }: KeptResume): Resume => ({
  fileName,
  contentType,
  size,
  uploadedAt,
  status,
  reason,
  parsed,
})
