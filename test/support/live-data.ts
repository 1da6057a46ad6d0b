/** Makes rows for the tables of any version of the schema, and writes them as the code of that version does. */

/** A table, as the database describes it. */
export interface Table {
  name: string
  /** The rowid in `sqlite_schema`. If a table is dropped and created again under the same name, its rowid differs. */
  rowid: number
  columns: Column[]
  /** Its foreign keys, one entry for each column. */
  references: { from: string; table: string; to: string }[]
  /** The SQL of indexes that were created separately, by name. */
  indexes: Record<string, string>
  triggers: Record<string, string>
  /** Whether a trigger of a table or a view inserts into it. */
  isDerived: boolean
}

interface Column {
  name: string
  type: string
  notnull: number
  dflt_value: string | null
  pk: number
}

export type Row = Record<string, string | number | null>

const OBJECT = (columns: string) => `json_object(${columns.split(' ').map((c) => `'${c}', "${c}"`)})`

/** The tables of a database, without those of wrangler and SQLite. */
export async function tablesOf(db: D1Database): Promise<Table[]> {
  const { results } = await db
    .prepare(
      `SELECT t.name, t.rowid,
        (SELECT json_group_array(${OBJECT('name type notnull dflt_value pk')}) FROM pragma_table_info(t.name)) AS columns,
        (SELECT json_group_array(json_object('from', "from", 'table', "table", 'to', "to"))
          FROM pragma_foreign_key_list(t.name)) AS "references",
        (SELECT json_group_object(name, sql) FROM sqlite_schema
          WHERE type = 'index' AND tbl_name = t.name AND sql IS NOT NULL) AS indexes,
        (SELECT json_group_object(name, sql) FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = t.name) AS triggers,
        (SELECT count(*) > 0 FROM sqlite_schema g
          WHERE g.type = 'trigger' AND instr(g.sql, 'INSERT INTO ' || t.name || ' (') > 0) AS isDerived
       FROM sqlite_schema t WHERE t.type = 'table' AND t.name NOT GLOB '_cf_*' AND t.name NOT GLOB 'sqlite_*'
         AND t.name <> 'd1_migrations'
       ORDER BY t.name`,
    )
    .all<Record<string, string> & { name: string; rowid: number }>()
  return results.map(({ name, rowid, ...parts }) => ({
    name,
    rowid,
    ...(Object.fromEntries(Object.entries(parts).map(([key, json]) => [key, JSON.parse(json)])) as Omit<
      Table,
      'name' | 'rowid'
    >),
  }))
}

/** The rows of these tables, in the order of their keys. */
export async function rowsOf(db: D1Database, tables: Table[]): Promise<Record<string, Row[]>> {
  const found = await db.batch<Row>(
    tables.map(({ name, columns }) => db.prepare(`SELECT ${columns.map((c) => `"${c.name}"`)} FROM "${name}"`)),
  )
  return Object.fromEntries(tables.map(({ name }, i) => [name, found[i]?.results ?? []]))
}

/** Columns whose values triggers and constraints restrict further than the type of the column does. */
const MEANT: Record<string, (n: number) => string> = {
  'prospects.labels': (n) => JSON.stringify([`labels ${n}`]),
  'prospects.jobs': (n) => JSON.stringify([`jobs ${n}`]),
  'prospects.indexed_version': (n) => String(1000 + n),
  'prospects.address_words': (n) => JSON.stringify([['l', `town${n}`]]),
  'prospects.words': (n) => JSON.stringify([['name', `word${n}`]]),
  'prospects.custom': (n) => JSON.stringify({ key: `value ${n}` }),
  'prospects.custom_keys': (n) => JSON.stringify([['key', `value ${n}`]]),
  'imports.kind': () => 'file',
  'prospects.resume': (n) => JSON.stringify({ key: `accounts ${n}/resume`, status: 'processing', uploadedAt: n }),
}

/** Columns that no code changes, and that triggers rely on. */
const CONSTANT = new Set(['labels.weight'])

/** The `n`th value of a column. If the column is a foreign key, the value names the `n`th row of the other table. */
function nthValue(tables: Table[], { name, references }: Table, column: Column, n: number): string | number {
  if (column.name === 'account_id') return `accounts ${n}`
  if (column.name === 'id') return `${name} ${n}`
  const meant = MEANT[`${name}.${column.name}`]
  if (meant) return meant(n)
  const reference = references.find(({ from }) => from === column.name)
  const parent = tables.find((table) => table.name === reference?.table)
  const other = parent?.columns.find((c) => c.name === reference?.to)
  if (parent && other) return nthValue(tables, parent, other, n)
  return column.type.toLowerCase() === 'integer' ? 1000 + n : `${name}.${column.name} ${n}`
}

/** Runs statements in one batch that checks foreign keys only at its end. */
const inAnyOrder = (db: D1Database, statements: D1PreparedStatement[]) =>
  db.batch([db.prepare('PRAGMA defer_foreign_keys = on'), ...statements])

/** The tables that code writes. Triggers write the others. */
const writtenOf = (tables: Table[]) => tables.filter(({ isDerived }) => !isDerived)

/** Inserts the `n`th account: one row into each of these tables, with a value for each column. */
export async function fill(db: D1Database, tables: Table[], n: number): Promise<void> {
  const insert = (table: Table) =>
    db
      .prepare(
        `INSERT INTO "${table.name}" (${table.columns.map((c) => `"${c.name}"`)}) VALUES (${table.columns.map(() => '?')})`,
      )
      .bind(...table.columns.map((column) => nthValue(tables, table, column, n)))
  await inAnyOrder(db, writtenOf(tables).map(insert))
  const held = await rowsOf(db, tables)
  const isMissing = ({ name }: Table) => !held[name]?.some((row) => belongsTo(row, n))
  // tables without an account get their rows from triggers only
  const missing = tables.filter((table) => hasAccount(table) && isMissing(table))
  await inAnyOrder(db, missing.map(insert))
}

const hasAccount = ({ name, columns }: Table) => name === 'accounts' || columns.some((c) => c.name === 'account_id')
const belongsTo = (row: Row, n: number) => Object.values(row).includes(`accounts ${n}`)

/** Clears each column of the rows that can be cleared, and then restores the values. */
export async function changeAndRestore(db: D1Database, tables: Table[]): Promise<void> {
  const before = await rowsOf(db, tables)
  const update = (table: Table, row: Row, value: (column: Column) => string) => {
    const key = table.columns.filter((c) => c.pk)
    const rest = table.columns.filter((c) => !c.pk && !CONSTANT.has(`${table.name}.${c.name}`))
    const set = rest.map((column) => `"${column.name}" = ${value(column)}`)
    const where = key.map(({ name }) => `"${name}" = json_extract(?1, '$.${name}')`)
    return set.length === 0
      ? []
      : [db.prepare(`UPDATE "${table.name}" SET ${set} WHERE ${where.join(' AND ')}`).bind(JSON.stringify(row))]
  }
  const cleared = (column: Column) => (column.notnull ? (column.dflt_value ?? `"${column.name}"`) : 'NULL')
  for (const value of [cleared, (column: Column) => `json_extract(?1, '$.${column.name}')`])
    await inAnyOrder(
      db,
      writtenOf(tables).flatMap((table) => (before[table.name] ?? []).flatMap((row) => update(table, row, value))),
    )
}

/** Deletes the rows of the `n`th account from every table. */
export async function clear(db: D1Database, tables: Table[], n: number): Promise<void> {
  const account = `accounts ${n}`
  const remove = ({ name, columns }: Table) =>
    db
      .prepare(
        `DELETE FROM "${name}" WHERE "${columns.some((c) => c.name === 'account_id') ? 'account_id' : 'id'}" = ?`,
      )
      .bind(account)
  // prospects first: triggers maintain rows about their labels, and these rows refer to the labels
  const isFirst = ({ name }: Table) => Number(name === 'prospects')
  const written = writtenOf(tables).toSorted((a, b) => isFirst(b) - isFirst(a))
  await inAnyOrder(db, written.map(remove))
}
