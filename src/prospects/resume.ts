import type { ParsedResume, ResumeType } from 'resume-parser'

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
export interface StoredResume extends NewFile, Resume {
  /** Whether the write that brought it is muted, and with it what is read. */
  muted: boolean
  /** Fields that the prospect had before the write that brought it, or with it: one that is blank later was cleared. */
  had?: string[]
}

export const toResume = ({
  fileName,
  contentType,
  size,
  uploadedAt,
  status,
  reason,
  parsed,
}: StoredResume): Resume => ({
  fileName,
  contentType,
  size,
  uploadedAt,
  status,
  reason,
  parsed,
})
