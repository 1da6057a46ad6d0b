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

/** The most that the results of a batch take, in characters of JSON, besides those of one commit. */
export const MAX_RESULTS = 4 * 1024 * 1024

export const batchTooLarge = problemType({
  status: 413,
  code: 'batch_too_large',
  detail: `The results of the inputs before this one have ${MAX_RESULTS / 1024 / 1024} MiB, and the response has no space for more. This input was not written: send it in another batch.`,
})

export const batchInterrupted = problemType({
  status: 503,
  code: 'batch_interrupted',
  detail:
    'The first inputs of the batch are written, the others are not. Send the batch again with the same `Idempotency-Key`: it continues.',
  headers: () => ({ 'retry-after': '5' }),
})
