import type { ParsedResume, ResumeType } from 'resume-parser'

/** The result of reading a resume, or `processing`. */
export interface Reading {
  status: 'processing' | 'parsed' | 'unsupported' | 'failed'
  /** Why nothing, or only a part, was read. A text for people. */
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

/** A file that a write request brings. */
export interface NewFile {
  /** The key of its object in R2. It starts with the id of the account. */
  key: string
  fileName: string
  contentType: ResumeType
  size: number
  /** SHA-256, hex. */
  hash: string
  /** The id of the API key of the upload. The events of the reading name it too. */
  keyId: string
}

/** Whether two files are the same. The second one then changes nothing. */
export const isSameFile = (a: NewFile | null, b: NewFile): boolean =>
  (['hash', 'fileName', 'contentType'] as const).every((field) => a?.[field] === b[field])

/** A resume as the database stores it. */
export interface StoredResume extends NewFile, Resume {
  /** Whether the upload had `muteWebhook`. The reading is then muted too. */
  muted: boolean
  /** Fields that had a value before or after the upload. If one is blank later, it was cleared, and is not filled. */
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
