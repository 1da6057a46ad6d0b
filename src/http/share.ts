import { tooCostly } from './errors'
import { setNewest } from './set-newest'

/*
 * The calls of all accounts share the one thread of an isolate. While several accounts are active, there is a pause between
 * the starts of an account's calls, so that calls of other accounts can run. An account that is alone is not slowed down.
 */

/** Calls of an account begin this many ms apart: 2,000 in 10 seconds, as many as four keys may make. */
const SPACING = 5
/** How many calls may begin at once after a pause. */
const BURST = 8
/** A body of more bytes than this is large. */
export const SMALL = 64 * 1024
/** A large body delays the account's next large body by this many ms for each of its MiB. */
const MS_PER_MIB = 300
/** The longest such delay, ms. */
const MAX_BODY_TIME = 8 * MS_PER_MIB

/** How long a call waits at most, ms. */
const MAX_WAIT = 10_000
/** A call that would wait longer is held for this long before its 429, ms. */
const HOLD_TIME = 1000
/** If a timer is this many ms late, the isolate is busy, and the call waits again. */
const LATE = 4
/** How long a call waits in all because the isolate is busy, ms. */
const MAX_BUSY_WAIT = 1000
/** An account is active for this long after it called, ms. */
const ACTIVE_FOR = 1000
const MAX_ACCOUNTS = 5_000

/** The account that called this isolate last, and the one that called before it. */
let lastCaller = { accountId: '', at: 0 }
let callerBefore = lastCaller

function noteCall(accountId: string, now: number): void {
  if (lastCaller.accountId !== accountId) callerBefore = lastCaller
  lastCaller = { accountId, at: now }
}

/** Whether another account has called this isolate in the last second. */
export function areOthersActive(accountId: string, now: number): boolean {
  const other = lastCaller.accountId === accountId ? callerBefore : lastCaller
  // a clock that was set back does not make a call of the future active
  return other.at <= now && other.at > now - ACTIVE_FOR
}

/** When one account's next call may begin, and its next call with a large body. Times are Unix ms. */
export class Spacing {
  #call = Number.NEGATIVE_INFINITY
  #body = 0

  /**
   * Plans a call. `bytes` is the size of its body; undefined if it has one of undeclared length, which counts as large.
   * Returns the ms until the call may begin. If that is longer than `MAX_WAIT`, the call is not planned.
   */
  plan(bytes: number | undefined, now: number): number {
    const isLarge = bytes === undefined || bytes > SMALL
    const begin = Math.max(this.#call, now - (BURST - 1) * SPACING)
    const wait = Math.max(0, begin - now, isLarge ? this.#body - now : 0)
    if (wait > MAX_WAIT) return wait
    this.#call = begin + SPACING
    if (isLarge) this.#body = now + wait + bodyTime(bytes ?? 0)
    return wait
  }

  /** Counts bytes that arrived of a body of undeclared length. */
  countBytes(bytes: number, now: number): void {
    this.#body = Math.min(Math.max(this.#body, now) + bodyTime(bytes), Math.max(this.#body, now + MAX_BODY_TIME))
  }
}

const bodyTime = (bytes: number) => Math.min((bytes / 1024 ** 2) * MS_PER_MIB, MAX_BODY_TIME)

/** The spacings of the accounts that called this isolate last. */
const spacings = new Map<string, Spacing>()

export const spacingFor = (accountId: string): Spacing =>
  setNewest(spacings, MAX_ACCOUNTS, accountId, spacings.get(accountId) ?? new Spacing())

/** Waits until a call of an account may begin (`Spacing`). Throws a 429 if that takes too long. */
export async function takeShare(accountId: string, bytes: number | undefined): Promise<void> {
  const start = Date.now()
  noteCall(accountId, start)
  const spacing = spacingFor(accountId)
  for (let now = start; areOthersActive(accountId, now) && now - start < MAX_BUSY_WAIT; ) {
    const wait = spacing.plan(now === start ? bytes : 0, now)
    if (wait > MAX_WAIT) {
      await scheduler.wait(HOLD_TIME)
      throw tooManyCalls(wait)
    }
    if (wait === 0) return
    await scheduler.wait(wait)
    const due = now + wait
    now = Date.now()
    if (now - due < LATE) return
  }
}

const tooManyCalls = (wait: number) =>
  tooCostly({
    limit: `${1000 / SPACING} calls and ${Math.floor(1000 / MS_PER_MIB)} MiB of bodies a second while other accounts are active`,
    retryAfter: Math.ceil(wait / 1000),
  })
