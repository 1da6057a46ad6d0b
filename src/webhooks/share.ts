/** How many attempts a batch has under way: a Worker has six connections, and a waiting one would use up its time. */
const AT_ONCE = 6
/** How many of them one account may have while the batch has others too. */
const AT_ONCE_OF_ONE = 3
/** How many attempts of an account may outlast their batches, in one lane of one isolate. */
const LATE_MOST = 6

/** The attempts of this isolate that have outlasted their batches, by lane and account. */
const late = new Map<string, number>()

function countLate(lane: string, accountId: string, by: number): void {
  const key = `${lane} ${accountId}`
  const n = (late.get(key) ?? 0) + by
  if (n > 0) late.set(key, n)
  else late.delete(key)
}

/** Whether so many attempts of an account have outlasted their batches that it begins no other in this lane. */
export const isFull = (lane: string, accountId: string): boolean => (late.get(`${lane} ${accountId}`) ?? 0) >= LATE_MOST

/** The connections of one batch, shared by its accounts. */
export interface Share {
  /** Runs an attempt of an account when it is its turn; undefined if the batch has ended before. */
  run<T>(accountId: string, attempt: () => Promise<T>): Promise<T | undefined>
  /** Ends the batch: nothing waits for its turn any more; what is under way is late. */
  end(): void
  hasEnded(): boolean
  /** Resolves when the batch ends. */
  ended: Promise<void>
}

/** The connections of a batch in this lane. One account has more than three of the six only if it is the only one. */
export function openShare(lane: string): Share {
  const underWay: string[] = []
  const waiting: { accountId: string; begin: (isMyTurn: boolean) => void }[] = []
  let hasEnded = false
  const ended = Promise.withResolvers<void>()
  const mayBegin = (accountId: string, isAlone: boolean) =>
    underWay.length < AT_ONCE && (isAlone || underWay.filter((id) => id === accountId).length < AT_ONCE_OF_ONE)
  const giveTurns = () => {
    const isAlone = new Set([...underWay, ...waiting.map(({ accountId }) => accountId)]).size === 1
    for (;;) {
      const next = waiting.findIndex(({ accountId }) => mayBegin(accountId, isAlone))
      const [first] = next < 0 ? [] : waiting.splice(next, 1)
      if (!first) break
      underWay.push(first.accountId)
      if (hasEnded) countLate(lane, first.accountId, 1)
      first.begin(true)
    }
    if (hasEnded) for (const { begin } of waiting.splice(0)) begin(false)
  }
  return {
    async run(accountId, attempt) {
      const isMyTurn = await new Promise<boolean>((begin) => {
        waiting.push({ accountId, begin })
        queueMicrotask(giveTurns)
      })
      if (!isMyTurn) return undefined
      try {
        return await attempt()
      } finally {
        underWay.splice(underWay.indexOf(accountId), 1)
        if (hasEnded) countLate(lane, accountId, -1)
        giveTurns()
      }
    },
    end() {
      hasEnded = true
      for (const accountId of underWay) countLate(lane, accountId, 1)
      for (const { begin } of waiting.splice(0)) begin(false)
      ended.resolve()
    },
    hasEnded: () => hasEnded,
    ended: ended.promise,
  }
}
