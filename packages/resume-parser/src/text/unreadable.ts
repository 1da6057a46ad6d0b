/** A resume whose text can't be had; `reason` is a sentence for the people who gave it. */
export class Unreadable extends Error {
  constructor(
    readonly status: 'unsupported' | 'failed',
    readonly reason: string,
  ) {
    super(reason)
  }
}
