import type { Context } from 'hono'
import { bodyTooLarge, invalidInput, tooCostly } from './errors'
import { type AppEnv, factory } from './factory'
import { OPERATOR } from './idempotency'
import { isOff } from './limits'

/** The most bytes of bodies that one account may have in an isolate, which has 128 MB for all; small ones have more room. */
export const MOST_HELD = 16 * 1024 * 1024
export const MOST_HELD_WITH_SMALL = 20 * 1024 * 1024
export const SMALL = 64 * 1024

/** How long the next bytes of a body may take to come, and any body, ms. */
export const STALLED_AFTER = 30_000
const UPLOAD_TIME = 30 * 60_000
/** How long a call waits for room, ms, and after how long it looks again. */
const PATIENCE = 5000
const LOOK_AGAIN = 100

/** The bytes of bodies that a call of an account holds, until a time (Unix ms): its end may not be seen. */
export interface Held {
  accountId: string
  bytes: number
  until: number
}

/** What the calls in an isolate hold of their bodies. Times are Unix ms. */
export class HeldBodies {
  #each = new Set<Held>()

  /**
   * Lets a call hold so many bytes in place of those before, if the account has room. Returns 0, or after how many ms there
   * is room if no more bytes come.
   */
  hold(one: Held, bytes: number, now: number): number {
    const others = this.#of(one.accountId, now).filter((other) => other !== one)
    let excess = sum(others) + bytes - (bytes <= SMALL ? MOST_HELD_WITH_SMALL : MOST_HELD)
    if (excess <= 0) {
      one.bytes = bytes
      this.renew(one, now)
      return 0
    }
    for (const { bytes, until } of others.sort((a, b) => a.until - b.until)) {
      excess -= bytes
      if (excess <= 0) return until - now
    }
    return STALLED_AFTER
  }

  /** Bytes have come: the call goes on. */
  renew(one: Held, now: number): void {
    one.until = now + STALLED_AFTER
    this.#each.add(one)
  }

  release(one: Held): void {
    this.#each.delete(one)
  }

  /** The bytes that an account holds. */
  bytesOf(accountId: string, now: number): number {
    return sum(this.#of(accountId, now))
  }

  #of(accountId: string, now: number): Held[] {
    for (const one of this.#each) if (one.until <= now) this.#each.delete(one)
    return [...this.#each].filter((one) => one.accountId === accountId)
  }
}

const sum = (some: Held[]) => some.reduce((bytes, one) => bytes + one.bytes, 0)

/** What this isolate holds. */
export const heldBodies = new HeldBodies()

/**
 * Rejects a body over so many bytes with a 413, and reads none of it before a handler does. A call whose account has no
 * room for its body waits for its turn, then gets a 429. `holds` is how many bytes of a body are in memory at once, if its
 * length is declared or not; at first a body of undeclared length holds no more than a small one.
 */
export const limitBody = (maxSize: number, holds = (declared: number | undefined) => declared ?? maxSize) =>
  factory.createMiddleware(async function limitBody(c, next) {
    const { body } = c.req.raw
    if (!body) return next()
    const length = c.req.header('transfer-encoding') ? undefined : c.req.header('content-length')
    const declared = length === undefined ? undefined : Number(length)
    if (Number(declared) > maxSize) throw bodyTooLarge(maxSize)
    const most = holds(declared)
    // HTTP holds a body to the length that it declares
    if (most === 0 || (declared !== undefined && (declared <= SMALL || isOff(c.env)))) return next()
    const one = { accountId: c.get('caller')?.account.id ?? OPERATOR, bytes: 0, until: 0 }
    const hold = (bytes: number) => requireRoom(c, one, bytes)
    await hold(declared ?? Math.min(most, SMALL))
    try {
      const watched = watch(body, one, async (size) => {
        if (size > maxSize) throw bodyTooLarge(maxSize)
        if (size > one.bytes && one.bytes < most) await hold(most)
      })
      c.req.raw = new Request(c.req.raw, { body: watched })
      await next()
    } finally {
      heldBodies.release(one)
    }
  })

async function requireRoom(c: Context<AppEnv>, one: Held, bytes: number): Promise<void> {
  if (isOff(c.env)) return
  for (let patience = PATIENCE; ; patience -= LOOK_AGAIN) {
    const wait = heldBodies.hold(one, bytes, Date.now())
    if (wait === 0) return
    if (patience <= 0) throw tooMuchHeld(wait)
    await scheduler.wait(LOOK_AGAIN)
  }
}

/** A body as it comes, each piece after `admit` of the size until there. It fails if the next bytes take too long. */
function watch(
  body: ReadableStream<Uint8Array>,
  one: Held,
  admit: (size: number) => Promise<void>,
): ReadableStream<Uint8Array> {
  const reader = body.getReader()
  const end = Date.now() + UPLOAD_TIME
  let size = 0
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const late = Promise.withResolvers<never>()
        const timer = setTimeout(() => late.reject(tooSlow()), Math.min(STALLED_AFTER, end - Date.now()))
        try {
          const { done, value } = await Promise.race([reader.read(), late.promise])
          if (done) return controller.close()
          heldBodies.renew(one, Date.now())
          size += value.length
          await admit(size)
          controller.enqueue(value)
        } catch (error) {
          reader.cancel(error).catch(() => {})
          throw error
        } finally {
          clearTimeout(timer)
        }
      },
      cancel: (reason) => reader.cancel(reason),
    },
    // nothing is read ahead
    { highWaterMark: 0 },
  )
}

const tooSlow = () => invalidInput([{ in: 'body', pointer: '', code: 'invalid', message: 'The body came too slowly.' }])

const tooMuchHeld = (wait: number) =>
  tooCostly({ limit: `${MOST_HELD} bytes of bodies at once`, retryAfter: Math.ceil(wait / 1000) })
