import { quotaOf } from '../db/quotas'
import { problemType } from '../http/problem-type'
import { KEPT_FOR } from './retry-schedule'

const WEBHOOK = 'whk_01jd3v7x5c9q8m2k4n6p0r1s3t'

/**
 * The most webhooks of an account, including deleted ones whose deliveries are still stored. An erasure reads all of them,
 * so their number is limited.
 */
export const MAX_WITH_DELETED = 1000
/** The most old secrets that sign at a time, so that the signature header stays short. */
export const MAX_OLD_SECRETS = 10

export const webhookDisabled = problemType<{ conflictsWith: string }>({
  status: 409,
  code: 'webhook_disabled',
  detail: 'This webhook is disabled. Enable it first.',
  example: { conflictsWith: WEBHOOK },
})

export const tooManySecrets = problemType<{ conflictsWith: string }>({
  status: 409,
  code: 'too_many_secrets',
  detail: `This webhook has ${MAX_OLD_SECRETS} old secrets that still sign. Try again when one has ended.`,
  example: { conflictsWith: WEBHOOK },
})

export const tooManyWebhooks = problemType({
  status: 409,
  code: 'too_many_webhooks',
  detail: `An account can have ${quotaOf('webhooks')} webhooks, and ${MAX_WITH_DELETED.toLocaleString('en')} with those that were deleted in the last ${KEPT_FOR / (24 * 60 * 60_000)} days.`,
})

export const notConfigured = problemType({
  status: 503,
  code: 'not_configured',
  detail: 'This service has no `ENCRYPTION_KEY`, so it cannot store webhook secrets. Trying again does not help.',
})
