import { describeError } from '../http/problem'
import { hostOf } from './guard'

/** What is counted: an account's deliveries to a host. */
export const hostKey = ({ accountId, url }: { accountId: string; url: string }): string => `${accountId} ${hostOf(url)}`

/**
 * Counts a delivery to a host that has never answered 2xx to the account, and says whether it is one too many for this
 * minute (wrangler.toml). What cannot be counted goes through, with a log line.
 */
export async function isOverLimit(env: Env, key: string): Promise<boolean> {
  try {
    return !(await env.UNVERIFIED_HOST_RATE_LIMIT.limit({ key })).success
  } catch (error) {
    const message = 'UNVERIFIED_HOST_RATE_LIMIT does not count'
    console.error(JSON.stringify({ level: 'error', message, ...describeError(error) }))
    return false
  }
}
