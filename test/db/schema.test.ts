import { is } from 'drizzle-orm'
import { getTableConfig, SQLiteTable } from 'drizzle-orm/sqlite-core'
import { expect, test } from 'vitest'
import * as schema from '../../src/db/schema'
import { rows, tables } from '../support/d1'

const toSnakeCase = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
const byName = <T extends { name: string }>(all: T[]) => all.sort((a, b) => (a.name < b.name ? -1 : 1))

const declared = (Object.values(schema) as unknown[]).filter((each): each is SQLiteTable => is(each, SQLiteTable))

/**
 * The schema gives Drizzle's builder its types, and SQL text runs against the migrated database. These tests prove that both
 * have the same tables and columns. `test/support/setup.ts` explains every statement of the product, so no query names a
 * table or a column that does not exist.
 */
test('the schema declares exactly the tables and columns of the migrated database', async () => {
  const expected = declared.map((table) => {
    const { name, columns } = getTableConfig(table)
    return { name, columns: columns.flatMap(({ name, generated }) => (generated ? [] : toSnakeCase(name))).sort() }
  })
  const actual = (await tables()).map(({ name, columns }) => ({ name, columns: columns.sort() }))
  expect(byName(expected)).toEqual(byName(actual))
})

test('the schema declares exactly the indexes of the migrated database', async () => {
  const expected = declared.flatMap((table) => getTableConfig(table).indexes.map(({ config }) => config.name))
  const actual = await rows<{ name: string }>(
    "SELECT name FROM sqlite_master WHERE type = 'index' AND name NOT GLOB 'sqlite_*' AND tbl_name NOT GLOB '_cf_*'",
  )
  expect(expected.sort()).toEqual(actual.map(({ name }) => name).sort())
})
