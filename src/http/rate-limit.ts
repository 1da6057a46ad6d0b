import type { Context } from 'hono'
import { rateLimited } from './errors'
import { type AppEnv, factory } from './factory'
import { areLimitsOff, CALLS, COST, GUESSES, type Limit, policyOf } from './limits'
import { describeError } from './problem'

/** Counts one call, and returns whether the limit is exceeded. If counting fails, the call is allowed. */
async function isTooMany(env: Env, { binding }: Limit, key: string): Promise<boolean> {
  if (areLimitsOff(env)) return false
  try {
    return !(await env[binding].limit({ key })).success
  } catch (error) {
    console.error(JSON.stringify({ level: 'error', message: `${binding} does not count`, ...describeError(error) }))
    return false
  }
}

/** Counts a call of this key. Throws 429 if there are too many. */
export async function countCall(c: Context<AppEnv>, keyId: string): Promise<void> {
  if (await isTooMany(c.env, CALLS, keyId)) throw rateLimited(CALLS)
}

/** Addresses that sent too many wrong credentials, and until when this isolate rejects their credentials (Unix ms). */
const guessers = new Map<string, number>()
const MAX_GUESSERS = 5_000

/** Throws 429 for an address that sent too many wrong credentials, before its credential takes a round trip. */
export function rejectGuesser(c: Context<AppEnv>): void {
  if ((guessers.get(addressOf(c)) ?? 0) > Date.now()) throw rateLimited(GUESSES)
}

/** Counts a wrong credential. Throws 429 if there are too many. */
export async function countGuess(c: Context<AppEnv>): Promise<void> {
  const address = addressOf(c)
  if (!(await isTooMany(c.env, GUESSES, address))) return
  if (guessers.size >= MAX_GUESSERS) guessers.delete(guessers.keys().next().value ?? '')
  guessers.set(address, Date.now() + GUESSES.window * 1000)
  throw rateLimited(GUESSES)
}

/** The caller's IPv4 address, or the /64 prefix of its IPv6 address: one caller usually has the whole prefix. */
function addressOf(c: Context<AppEnv>): string {
  const address = c.req.header('cf-connecting-ip') ?? ''
  if (!address.includes(':')) return address
  const [head = [], tail = []] = address.split('::').map((part) => part.split(':'))
  const zeros = Array(Math.max(0, 8 - head.length - tail.length)).fill('0')
  return [...head, ...zeros, ...tail].slice(0, 4).join(':')
}

/** Describes the limits in the header `RateLimit-Policy`. */
export const ratePolicy = factory.createMiddleware(async function ratePolicy(c, next) {
  await next()
  if (areLimitsOff(c.env) || c.res.headers.has('ratelimit-policy')) return
  const policies = c.get('caller') ? [CALLS, COST] : [CALLS]
  c.res.headers.set('ratelimit-policy', policies.map(policyOf).join(', '))
})
