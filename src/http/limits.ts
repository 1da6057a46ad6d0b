/** The maximum size of a body, bytes. A body with a resume holds up to 5 MiB of file in base64, and the other fields. */
export const MAX_BODY = 1024 * 1024
export const MAX_BODY_WITH_RESUME = 8 * MAX_BODY

export interface Limit {
  /** The binding that counts, separately in each Cloudflare location. It only says whether the limit is exceeded. */
  binding: 'KEY_RATE_LIMIT' | 'GUESS_RATE_LIMIT'
  name: string
  quota: number
  /** Seconds. */
  window: number
}

/** How often one key may call; the operator counts as one key. wrangler.toml has the same figures. */
export const CALLS: Limit = { binding: 'KEY_RATE_LIMIT', name: 'default', quota: 500, window: 10 }

/**
 * How often an address may send wrong credentials. Right credentials never count, however many clients share an address.
 * Five wrong ones a second are more than a client sends by mistake, and too few to guess a secret.
 */
export const GUESSES: Limit = { binding: 'GUESS_RATE_LIMIT', name: 'guesses', quota: 300, window: 60 }

/**
 * How long one account may keep its database busy, ms (`priceOf`). Each isolate counts separately (`Budget`). Four keys that
 * create prospects at their full rate use four fifths of the quota.
 */
export const COST = { name: 'cost', quota: 3000, window: 10, unit: 'database-ms' }

/** What expensive calls (`Budget`) may use of that time while other accounts are active in the isolate. */
export const EXPENSIVE_COST = { quota: 300, window: COST.window }

/** A limit in the form of the header `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers). */
export const policyOf = ({ name, quota, window, unit }: Omit<Limit, 'binding'> & { unit?: string }) =>
  `"${name}";q=${quota};w=${window}${unit ? `;qu="${unit}"` : ''}`

/** Whether the limits are turned off, as in load tests. */
export const areLimitsOff = (env: Env) => env.RATE_LIMITS === 'off'
