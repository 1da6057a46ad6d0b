/** A resume whose text cannot be read. `reason` is a sentence for the user. */
export class Unreadable extends Error {
  constructor(
    readonly status: 'unsupported' | 'failed',
    readonly reason: string,
  ) {
    super(reason)
  }
}
