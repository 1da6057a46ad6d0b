import { type AnySQLiteColumn, customType, integer, primaryKey, text } from 'drizzle-orm/sqlite-core'

/** The account that a row belongs to: the first column of each key and index. */
export const accountId = () => text().notNull()

/** Unix ms. */
export const times = { createdAt: integer().notNull(), updatedAt: integer().notNull() }

/** A column of numbers and texts. Numbers sort before texts. */
export const any = customType<{ data: number | string }>({ dataType: () => 'any' })

/** The columns of everything in the catalog. `nameKey` is the name as it is compared (`nameKey` in `http/text.ts`). */
export const named = { accountId: accountId(), id: text().notNull(), name: text().notNull(), nameKey: text().notNull() }

/** The primary key of a table whose rows have an id. */
export const keyOf = (t: { accountId: AnySQLiteColumn; id: AnySQLiteColumn }) =>
  primaryKey({ columns: [t.accountId, t.id] })
