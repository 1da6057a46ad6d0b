import type { Context } from 'hono'
import { type AppEnv, factory } from './factory'
import { describeError, Problem } from './problem'

interface Limit {
  /** What counts, in each of Cloudflare's locations by itself. It says yes or no, and nothing of these figures. */
  binding: 'KEY_RATE_LIMIT' | 'GUESS_RATE_LIMIT'
  name: string
  quota: number
  /** Seconds. */
  window: number
}

/** How often one key may call; the operator counts as one. The figures here are those of wrangler.toml. */
export const CALLS: Limit = { binding: 'KEY_RATE_LIMIT', name: 'default', quota: 500, window: 10 }

/**
 * How often an address may send credentials that turn out wrong. Right ones never count here, however many share an
 * address: five wrong ones a second is more than a mistake makes, and too few to find anything.
 */
export const GUESSES: Limit = { binding: 'GUESS_RATE_LIMIT', name: 'guesses', quota: 300, window: 60 }

/**
 * How long one account may keep its database busy, ms (`priceOf`): counted in each isolate by itself, by `budget`. It is a
 * quarter more than four keys take that make people at the full rate.
 */
export const COST = { name: 'cost', quota: 3000, window: 10, unit: 'database-ms' }

/** As the header has it (draft-ietf-httpapi-ratelimit-headers). */
export const policyOf = ({ name, quota, window, unit }: Omit<Limit, 'binding'> & { unit?: string }) =>
  `"${name}";q=${quota};w=${window}${unit ? `;qu="${unit}"` : ''}`

const tooMany = (limit: Limit) =>
  new Problem(
    429,
    'rate_limited',
    `At most ${limit.quota} ${limit === CALLS ? 'calls' : 'wrong credentials'} in ${limit.window} seconds.`,
    {},
    { 'retry-after': String(limit.window), 'ratelimit-policy': policyOf(limit) },
  )

/** Whether nothing is limited: for load tests. */
export const isOff = (env: Env) => env.RATE_LIMITS === 'off'

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
  if (await isTooMany(c.env, CALLS, keyId)) throw tooMany(CALLS)
}

/** The addresses that guess too often, and until when this isolate looks at no credential of theirs. */
const guessers = new Map<string, number>()
const MOST_GUESSERS = 5_000

/** 429 for an address that guesses too often: before it is seen, at the cost of a trip, whether it has guessed right. */
export function rejectGuesser(c: Context<AppEnv>): void {
  if ((guessers.get(addressOf(c)) ?? 0) > Date.now()) throw tooMany(GUESSES)
}

/** Counts a credential that was wrong; 429 if it is one too many. */
export async function countGuess(c: Context<AppEnv>): Promise<void> {
  const address = addressOf(c)
  if (!(await isTooMany(c.env, GUESSES, address))) return
  if (guessers.size >= MOST_GUESSERS) guessers.delete(guessers.keys().next().value ?? '')
  guessers.set(address, Date.now() + GUESSES.window * 1000)
  throw tooMany(GUESSES)
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
