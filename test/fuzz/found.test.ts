import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { type Account, newAccount } from '../support/api'
import { holdQueue } from '../support/endpoint'
import { encodeAs, holdImports, imported } from '../support/import-files'

/** Faults that fuzzing has found, as small cases. */

let account: Account
beforeEach(async () => {
  holdQueue()
  holdImports()
  account = await newAccount()
})
afterEach(() => void vi.restoreAllMocks())

describe('an import completes', () => {
  test.each<[what: string, file: Uint8Array]>([
    [
      'of a file that ends with half a character behind the header',
      new Uint8Array([...encodeAs('Name', 'utf-16le'), 0x0a]),
    ],
  ])('%s', async (_, file) => {
    const { status, read, bytes, bytesDone } = await imported(account, file)
    expect([status, read, bytesDone]).toEqual(['completed', 0, bytes])
  })
})
