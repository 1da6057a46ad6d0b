import type { Context } from 'hono'
import { bodyTooLarge, invalidInput, tooCostly } from './errors'
import { type AppEnv, factory } from './factory'
import { OPERATOR } from './idempotency'
import { areLimitsOff } from './limits'
import { SMALL, spacingFor } from './share'
import { declaredLength } from './streamed-body'

/**
 * How many bytes of request bodies one account may hold in the memory of an isolate. The isolate has 128 MB for all
 * accounts. Small bodies may exceed `MAX_HELD`, so that they do not wait for large ones.
 */
export const MAX_HELD = 16 * 1024 * 1024
export const MAX_HELD_WITH_SMALL = 20 * 1024 * 1024

/** A body fails if its next bytes take longer than this to arrive, ms. */
export const STALLED_AFTER = 30_000
/** A body fails if it takes longer than this to arrive as a whole, ms. */
const UPLOAD_TIME = 30 * 60_000
/** How long a call waits for memory before its 429, and the time between two checks, ms. */
const MAX_WAIT = 5000
const CHECK_AGAIN = 100

/** The bytes that one call holds. After `until` (Unix ms) they no longer count, because a call can end without a notice. */
export interface HeldBody {
  accountId: string
  bytes: number
  until: number
}

/** The bodies that the calls in an isolate hold. Times are Unix ms. */
export class HeldBodies {
  #all = new Set<HeldBody>()

  /**
   * Sets how many bytes a call holds, and returns 0. If its account may not hold that many, sets nothing and returns the
   * ms until it may, provided that the other calls receive no more bytes.
   */
  hold(body: HeldBody, bytes: number, now: number): number {
    const others = this.#of(body.accountId, now).filter((other) => other !== body)
    let excess = sum(others) + bytes - (bytes <= SMALL ? MAX_HELD_WITH_SMALL : MAX_HELD)
    if (excess <= 0) {
      body.bytes = bytes
      this.renew(body, now)
      return 0
    }
    for (const { bytes, until } of others.sort((a, b) => a.until - b.until)) {
      excess -= bytes
      if (excess <= 0) return until - now
    }
    return STALLED_AFTER
  }

  /** Counts the body for longer, because more of its bytes have arrived. */
  renew(body: HeldBody, now: number): void {
    body.until = now + STALLED_AFTER
    this.#all.add(body)
  }

  release(body: HeldBody): void {
    this.#all.delete(body)
  }

  /** The bytes that an account holds. */
  bytesOf(accountId: string, now: number): number {
    return sum(this.#of(accountId, now))
  }

  #of(accountId: string, now: number): HeldBody[] {
    for (const body of this.#all) if (body.until <= now) this.#all.delete(body)
    return [...this.#all].filter((body) => body.accountId === accountId)
  }
}

const sum = (bodies: HeldBody[]) => bodies.reduce((bytes, body) => bytes + body.bytes, 0)

/** The bodies that this isolate holds. */
export const heldBodies = new HeldBodies()

/**
 * Rejects a body of more than `maxSize` bytes with a 413. Reads no byte before a handler does. If the account holds too
 * many bytes already, the call waits, and then throws a 429. `holds` returns how many bytes of a body are in memory at
 * once, from its declared length (undefined if there is none). A body of undeclared length counts as a small one until it
 * is longer.
 */
export const limitBody = (maxSize: number, holds = (declared: number | undefined) => declared ?? maxSize) =>
  factory.createMiddleware(async function limitBody(c, next) {
    const { body } = c.req.raw
    if (!body) return next()
    const declared = declaredLength(c)
    if (Number(declared) > maxSize) throw bodyTooLarge(maxSize)
    const mostHeld = holds(declared)
    // HTTP ends a body at its declared length, so a body that is declared small needs no check
    if (mostHeld === 0 || (declared !== undefined && (declared <= SMALL || areLimitsOff(c.env)))) return next()
    const held = { accountId: c.get('caller')?.account.id ?? OPERATOR, bytes: 0, until: 0 }
    await requireRoom(c, held, declared ?? Math.min(mostHeld, SMALL))
    const spacing = declared === undefined ? spacingFor(held.accountId) : undefined
    try {
      const checked = checkPieces(body, held, async (size, piece) => {
        if (size > maxSize) throw bodyTooLarge(maxSize)
        spacing?.countBytes(piece, Date.now())
        if (size > held.bytes && held.bytes < mostHeld) await requireRoom(c, held, mostHeld)
      })
      c.req.raw = new Request(c.req.raw, { body: checked })
      await next()
    } finally {
      heldBodies.release(held)
    }
  })

/** Waits until the account may hold these bytes. Throws a 429 after `MAX_WAIT`. */
async function requireRoom(c: Context<AppEnv>, held: HeldBody, bytes: number): Promise<void> {
  if (areLimitsOff(c.env)) return
  for (let waited = 0; ; waited += CHECK_AGAIN) {
    const wait = heldBodies.hold(held, bytes, Date.now())
    if (wait === 0) return
    if (waited >= MAX_WAIT) throw tooMuchHeld(wait)
    await scheduler.wait(CHECK_AGAIN)
  }
}

/**
 * Returns the same body as a stream that calls `check` before it passes on each piece, with the size of the body so far
 * and the size of the piece. The stream fails if the next bytes take too long.
 */
function checkPieces(
  body: ReadableStream<Uint8Array>,
  held: HeldBody,
  check: (size: number, piece: number) => Promise<void>,
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
          heldBodies.renew(held, Date.now())
          size += value.length
          await check(size, value.length)
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
  tooCostly({ limit: `${MAX_HELD} bytes of bodies at once`, retryAfter: Math.ceil(wait / 1000) })
