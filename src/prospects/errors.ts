import { MAX_RESUME } from 'resume-parser'
import { problemType } from '../http/problem-type'

const PROSPECT = 'prs_01jd3v7x5c9q8m2k4n6p0r1s3t'

export const emailTaken = problemType<{ conflictsWith: string }>({
  status: 409,
  code: 'email_taken',
  detail: 'Another prospect has this email.',
  example: { conflictsWith: PROSPECT },
})

export const duplicateMerged = problemType<{ conflictsWith: string | undefined }>({
  status: 409,
  code: 'merged',
  detail: 'The duplicate was merged into another prospect.',
  example: { conflictsWith: PROSPECT },
})

export const versionMismatch = problemType<{ version: number }>({
  status: 412,
  code: 'precondition_failed',
  detail: 'The prospect has changed: `If-Match` names another version. `version` is the current one.',
  example: { version: 3 },
})

export const resumeTooLarge = problemType({
  status: 413,
  code: 'resume_too_large',
  detail: `A resume may have at most ${MAX_RESUME / 1024 / 1024} MiB.`,
})
