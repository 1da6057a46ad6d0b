import { quotaOf } from '../db/quotas'
import { problemType } from '../http/problem-type'

export const tooManyKeys = problemType({
  status: 409,
  code: 'too_many_keys',
  detail: `An account can have ${quotaOf('api_keys')} keys. Revoke one first.`,
})

export const lastAdminKey = problemType<{ conflictsWith: string }>({
  status: 409,
  code: 'last_admin_key',
  detail: 'This is the last admin key of the account. Create another one before you revoke it.',
  example: { conflictsWith: 'key_01jd3v7x5c9q8m2k4n6p0r1s3t' },
})
