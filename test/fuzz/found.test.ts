import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { type Account, newAccount } from '../support/api'
import { holdQueue } from '../support/endpoint'
import { encodeAs, holdImports, imported } from '../support/import-files'

/** What fuzzing has found, made small. */

let account: Account
beforeEach(async () => {
  holdQueue()
  holdImports()
  account = await newAccount()
})
afterEach(() => void vi.restoreAllMocks())

describe('an import ends', () => {
  test.each<[what: string, file: Uint8Array]>([
    ['with half a character behind the header', new Uint8Array([...encodeAs('Name', 'utf-16le'), 0x0a])],
  ])('%s', async (_, file) => {
    const { status, read, bytes, bytesDone } = await imported(account, file)
    expect([status, read, bytesDone]).toEqual(['completed', 0, bytes])
  })
})
