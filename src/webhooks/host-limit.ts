import { describeError } from '../http/problem'
import { hostOf } from './guard'

/** The key under which an account's deliveries to a host are counted. */
export const hostKey = ({ accountId, url }: { accountId: string; url: string }): string => `${accountId} ${hostOf(url)}`

/**
 * Counts a delivery to a host that has never responded with a 2xx to the account. Returns whether it is over the limit of
 * this minute (wrangler.toml). If the counting fails, it logs that and returns false.
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
