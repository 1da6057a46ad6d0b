/** The most that a body may hold, bytes. Calls that take a resume: 5 MiB of it in base64, and the other fields. */
export const MAX_BODY = 1024 * 1024
export const MAX_BODY_WITH_RESUME = 8 * MAX_BODY

export interface Limit {
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

/** The part of it that is left for expensive calls (`Budget`) while other accounts are active in the isolate. */
export const EXPENSIVE_COST = { quota: 300, window: COST.window }

/** As the header has it (draft-ietf-httpapi-ratelimit-headers). */
export const policyOf = ({ name, quota, window, unit }: Omit<Limit, 'binding'> & { unit?: string }) =>
  `"${name}";q=${quota};w=${window}${unit ? `;qu="${unit}"` : ''}`

/** Whether nothing is limited: for load tests. */
export const isOff = (env: Env) => env.RATE_LIMITS === 'off'
