/** An entry that was not removed is dropped after this time, ms: its client disconnected, so the call never removed it. */
const LOST_AFTER = 30_000

/** Amounts that count until they are removed or lost. Times are Unix ms. */
export class Pending {
  #entries = new Set<{ amount: number; until: number }>()
  #sum = 0

  /** Adds an amount. Returns a function that removes it. */
  add(now: number, amount = 1): () => void {
    const entry = { amount, until: now + LOST_AFTER }
    this.#entries.add(entry)
    this.#sum += amount
    return () => this.#remove(entry)
  }

  count(now: number): number {
    this.#removeLost(now)
    return this.#entries.size
  }

  sum(now: number): number {
    this.#removeLost(now)
    return this.#sum
  }

  #removeLost(now: number) {
    for (const entry of this.#entries) {
      if (entry.until > now) return
      this.#remove(entry)
    }
  }

  #remove(entry: { amount: number; until: number }) {
    if (this.#entries.delete(entry)) this.#sum = this.#entries.size === 0 ? 0 : this.#sum - entry.amount
  }
}
