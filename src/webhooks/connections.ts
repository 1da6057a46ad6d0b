/** How many attempts of a batch run at a time. A Worker has six connections, and an attempt that waits for one times out. */
const MAX_RUNNING = 6
/** How many attempts of one account run at a time while the batch also has attempts of other accounts. */
const MAX_RUNNING_OF_ACCOUNT = 3
/** How many attempts of an account may still run after their batches have ended, for each queue in each isolate. */
const MAX_LATE = 6

/** How many attempts in this isolate still run although their batches have ended, by queue and account. */
const late = new Map<string, number>()

function countLate(queue: string, accountId: string, by: number): void {
  const key = `${queue} ${accountId}`
  const n = (late.get(key) ?? 0) + by
  if (n > 0) late.set(key, n)
  else late.delete(key)
}

/** Whether an account has as many late attempts as this queue allows. Then none of its other attempts may begin. */
export const hasTooManyLate = (queue: string, accountId: string): boolean =>
  (late.get(`${queue} ${accountId}`) ?? 0) >= MAX_LATE

/** The connections of one batch. Its accounts share them. */
export interface Connections {
  /** Runs an attempt when it is the account's turn. If the batch ends first, does not run it and returns undefined. */
  run<T>(accountId: string, attempt: () => Promise<T>): Promise<T | undefined>
  /** Ends the batch. No attempt begins after this; those that are running are late. */
  end(): void
  hasEnded(): boolean
  /** Resolves when the batch ends. */
  ended: Promise<void>
}

/** Opens the connections of a batch of this queue. */
export function openConnections(queue: string): Connections {
  const running: string[] = []
  const waiting: { accountId: string; begin: (isItsTurn: boolean) => void }[] = []
  let hasEnded = false
  const ended = Promise.withResolvers<void>()
  const mayBegin = (accountId: string, isOnlyAccount: boolean) =>
    running.length < MAX_RUNNING &&
    (isOnlyAccount || running.filter((id) => id === accountId).length < MAX_RUNNING_OF_ACCOUNT)
  const beginNext = () => {
    const isOnlyAccount = new Set([...running, ...waiting.map(({ accountId }) => accountId)]).size === 1
    for (;;) {
      const index = waiting.findIndex(({ accountId }) => mayBegin(accountId, isOnlyAccount))
      const [next] = index < 0 ? [] : waiting.splice(index, 1)
      if (!next) break
      running.push(next.accountId)
      next.begin(true)
    }
  }
  return {
    async run(accountId, attempt) {
      if (hasEnded) return undefined
      const isItsTurn = await new Promise<boolean>((begin) => {
        waiting.push({ accountId, begin })
        // in a microtask, so that all attempts of the batch are waiting before the first one begins
        queueMicrotask(beginNext)
      })
      if (!isItsTurn) return undefined
      try {
        return await attempt()
      } finally {
        running.splice(running.indexOf(accountId), 1)
        if (hasEnded) countLate(queue, accountId, -1)
        beginNext()
      }
    },
    end() {
      hasEnded = true
      for (const accountId of running) countLate(queue, accountId, 1)
      for (const { begin } of waiting.splice(0)) begin(false)
      ended.resolve()
    },
    hasEnded: () => hasEnded,
    ended: ended.promise,
  }
}
