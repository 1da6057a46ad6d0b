import type { Context } from 'hono'
import { rateLimited } from './errors'
import { type AppEnv, factory } from './factory'
import { CALLS, COST, GUESSES, isOff, type Limit, policyOf } from './limits'
import { describeError } from './problem'

/** Counts one more. What cannot be counted goes through: no call fails because a limit does. */
async function isTooMany(env: Env, { binding }: Limit, key: string): Promise<boolean> {
  if (isOff(env)) return false
  try {
    return !(await env[binding].limit({ key })).success
  } catch (error) {
    console.error(JSON.stringify({ level: 'error', message: `${binding} does not count`, ...describeError(error) }))
    return false
  }
}

/** Counts a call of this key; 429 if it is one too many. */
export async function countCall(c: Context<AppEnv>, keyId: string): Promise<void> {
  if (await isTooMany(c.env, CALLS, keyId)) throw rateLimited(CALLS)
}

/** The addresses that guess too often, and until when this isolate looks at no credential of theirs. */
const guessers = new Map<string, number>()
const MOST_GUESSERS = 5_000

/** 429 for an address that guesses too often: before it is seen, at the cost of a trip, whether it has guessed right. */
export function rejectGuesser(c: Context<AppEnv>): void {
  if ((guessers.get(addressOf(c)) ?? 0) > Date.now()) throw rateLimited(GUESSES)
}

/** Counts a credential that was wrong; 429 if it is one too many. */
export async function countGuess(c: Context<AppEnv>): Promise<void> {
  const address = addressOf(c)
  if (!(await isTooMany(c.env, GUESSES, address))) return
  if (guessers.size >= MOST_GUESSERS) guessers.delete(guessers.keys().next().value ?? '')
  guessers.set(address, Date.now() + GUESSES.window * 1000)
  throw rateLimited(GUESSES)
}

/** Who calls: an IPv4 address, or the /64 of an IPv6 one, all of which is one caller's. */
function addressOf(c: Context<AppEnv>): string {
  const address = c.req.header('cf-connecting-ip') ?? ''
  if (!address.includes(':')) return address
  const [head = [], tail = []] = address.split('::').map((part) => part.split(':'))
  const zeros = Array(Math.max(0, 8 - head.length - tail.length)).fill('0')
  return [...head, ...zeros, ...tail].slice(0, 4).join(':')
}

/** Says in `RateLimit-Policy` what the limits are, so that nobody has to run into them. */
export const ratePolicy = factory.createMiddleware(async function ratePolicy(c, next) {
  await next()
  if (isOff(c.env) || c.res.headers.has('ratelimit-policy')) return
  const policies = c.get('caller') ? [CALLS, COST] : [CALLS]
  c.res.headers.set('ratelimit-policy', policies.map(policyOf).join(', '))
})
