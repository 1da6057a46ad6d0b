import { applyD1Migrations } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, test } from 'vitest'
import { refusals } from '../support/expand'
import { changeAndRestore, clear, fill, type Row, rowsOf, type Table, tablesOf } from '../support/live-data'

const db = env.OLD_DB
const FILES = import.meta.glob<string>('../../drizzle/*.sql', { query: '?raw', import: 'default', eager: true })
const isContract = (name: string) => FILES[`../../drizzle/${name}`]?.startsWith('-- contract:') ?? false

/** Every test starts without tables. */
beforeEach(async () => {
  const names = [...(await tablesOf(db)).map(({ name }) => name), 'd1_migrations']
  const views = await db.prepare("SELECT name FROM sqlite_schema WHERE type = 'view'").all<{ name: string }>()
  const drops = [
    ...views.results.map(({ name }) => db.prepare(`DROP VIEW ${name}`)),
    ...names.map((name) => db.prepare(`DROP TABLE IF EXISTS ${name}`)),
  ]
  await db.batch([db.prepare('PRAGMA defer_foreign_keys = on'), ...drops])
})

const broken = async () => (await db.prepare('PRAGMA foreign_key_check').all()).results

/** The rows without the tables and columns that the migration removed. */
const staying = (rows: Record<string, Row[]>, tables: Table[]) =>
  Object.fromEntries(
    tables
      .filter(({ name }) => rows[name])
      .map(({ name, columns }) => [
        name,
        rows[name]?.map((row) => Object.fromEntries(columns.map((c) => [c.name, row[c.name]]))),
      ]),
  )

const common = (before: Table[], after: Table[]) =>
  before.flatMap((old) => {
    const now = after.find(({ name }) => name === old.name)
    const columns = old.columns.filter((column) => now?.columns.some(({ name }) => name === column.name))
    return now ? [{ ...now, columns }] : []
  })

// 0000 and 0001 were deployed together: every row was written with the triggers
describe.each(env.MIGRATIONS.slice(2).map(({ name }, i) => ({ name, n: i + 2 })))('$name', ({ name, n }) => {
  test('loses no data, and the previous code still works', async () => {
    await applyD1Migrations(db, env.MIGRATIONS.slice(0, n))
    const old = await tablesOf(db)
    for (const account of [1, 2]) await fill(db, old, account)
    const before = await rowsOf(db, old)
    for (const [table, rows] of Object.entries(before)) expect(rows.length, table).toBeGreaterThan(1)

    await applyD1Migrations(db, env.MIGRATIONS.slice(0, n + 1))
    const now = await tablesOf(db)
    expect(refusals(old, now, isContract(name))).toEqual([])
    const tables = common(old, now)
    const left = staying(before, tables)
    expect(await rowsOf(db, tables)).toEqual(left)
    expect(await broken()).toEqual([])

    await fill(db, tables, 3)
    const filled = await rowsOf(db, tables)
    await changeAndRestore(db, tables)
    expect(await rowsOf(db, tables)).toEqual(filled)
    await clear(db, tables, 3)
    // the tables that triggers write are as before too, except for the objects to delete in R2
    const { object_deletions, ...rest } = await rowsOf(db, tables)
    const { object_deletions: _, ...expected } = left
    expect(rest).toEqual(expected)
    expect(await broken()).toEqual([])
  })
})

test('views serve the code that read label sets from tables', async () => {
  const READ = [
    "SELECT sum(c.n) AS n FROM prospect_counts c WHERE c.account_id = ?1 AND c.label_set = '*'",
    `SELECT sum(c.n) AS n FROM (
       SELECT DISTINCT m.label_set FROM json_each('["L0","L1"]') wl
         CROSS JOIN label_set_members m ON m.account_id = ?1 AND m.label_id = wl.value) sets
       CROSS JOIN prospect_counts c ON c.account_id = ?1 AND c.label_set = sets.label_set AND c.stage_id IN ('S0')`,
    `SELECT t.id, (SELECT coalesce(sum(c.n), 0) FROM label_set_members m
       CROSS JOIN prospect_counts c ON c.account_id = m.account_id AND c.label_set = m.label_set
       WHERE m.account_id = t.account_id AND m.label_id = t.id) AS n FROM labels t WHERE account_id = ?1`,
  ]
  const read = async () => (await db.batch(READ.map((sql) => db.prepare(sql).bind('A')))).map(({ results }) => results)
  const n = env.MIGRATIONS.findIndex(({ name }) => name.endsWith('_label_sets.sql'))
  await applyD1Migrations(db, env.MIGRATIONS.slice(0, n))
  const people = ['[]', '["L0"]', '["L0","L1"]', '["L0","L1"]', '["L2"]', '["L1","L2"]']
  await db.batch([
    db.prepare('PRAGMA defer_foreign_keys = on'),
    db.prepare("INSERT INTO accounts VALUES ('A', 'A', 'US', 'P', 0, NULL, NULL, 1, 1, 0)"),
    db.prepare("INSERT INTO pipelines VALUES ('A', 'P', 'P', 'p', 0, 'S0', 1, 1)"),
    ...[0, 1].map((n) => db.prepare(`INSERT INTO stages VALUES ('A', 'S${n}', 'S${n}', 's${n}', 'P', 0, 1, 1)`)),
    ...[0, 1, 2].map((n) => db.prepare(`INSERT INTO labels VALUES ('A', 'L${n}', 'L${n}', 'l${n}', 1, 1)`)),
    ...people.map((labels, n) =>
      db
        .prepare(
          `INSERT INTO prospects (account_id, id, first_name, last_name, stage_id, labels, created_at, updated_at)
           VALUES ('A', 'prs_${n}', 'Pat', 'Doe', 'S${n % 2}', ?, 1, 1)`,
        )
        .bind(labels),
    ),
  ])
  const before = await read()
  expect(before.map((rows) => rows.map(({ n }: any) => n))).toEqual([[6], [1], [3, 3, 2]])
  await applyD1Migrations(db, env.MIGRATIONS)
  expect(await read()).toEqual(before)
})

describe('a migration', () => {
  const [PARENT, CHILD] = [
    'id text PRIMARY KEY, name text',
    'id text PRIMARY KEY, of text, FOREIGN KEY (of) REFERENCES parent (id)',
  ]
  const NOTED = (table: string) => `CREATE TRIGGER noted AFTER INSERT ON ${table} BEGIN SELECT 1; END`
  /** What drizzle-kit writes where SQLite has no ALTER. */
  const rebuilt = (table: string, columns: string) => [
    'PRAGMA foreign_keys=OFF',
    `CREATE TABLE __new_${table} (${columns})`,
    `INSERT INTO __new_${table} SELECT * FROM ${table}`,
    `DROP TABLE ${table}`,
    `ALTER TABLE __new_${table} RENAME TO ${table}`,
    'PRAGMA foreign_keys=ON',
  ]

  test.each<[what: string, statements: string[], expand: string[], contract?: string[]]>([
    ['adds a column', ['ALTER TABLE parent ADD more text', 'ALTER TABLE child ADD n integer NOT NULL DEFAULT 1'], []],
    [
      'adds a table',
      ['CREATE TABLE another (id text PRIMARY KEY, UNIQUE (id))', 'CREATE UNIQUE INDEX i ON another (id)'],
      [],
    ],
    ['adds an index', ['CREATE INDEX another ON parent (name)'], []],
    ['replaces a trigger with the same', ['DROP TRIGGER noted', NOTED('child')], []],
    ['drops an index', ['DROP INDEX plain'], ['index plain is gone or another']],
    ['drops a table', ['DROP TABLE child'], ['table child is gone']],
    ['drops a column', ['ALTER TABLE parent DROP name'], ['column parent.name is gone or another']],
    ['renames a column', ['ALTER TABLE parent RENAME name TO title'], ['column parent.name is gone or another']],
    ['drops a trigger', ['DROP TRIGGER noted'], ['trigger noted is gone']],
    ['moves a trigger', ['DROP TRIGGER noted', NOTED('parent')], ['trigger noted is gone']],
    ['makes unique', ['CREATE UNIQUE INDEX one ON parent (name)'], ['unique index one is new']],
    ['drops what is unique', ['DROP INDEX once'], ['index once is gone or another']],
    ['rebuilds a table', rebuilt('child', CHILD), ['table child is rebuilt']],
    ['rebuilds a parent', rebuilt('parent', PARENT), ['parent parent is rebuilt'], ['parent parent is rebuilt']],
    ['drops a parent', ['DROP TABLE parent'], ['parent parent is gone'], ['parent parent is gone']],
    ['renames a parent', ['ALTER TABLE parent RENAME TO p'], ['parent parent is gone'], ['parent parent is gone']],
  ])('%s', async (_what, statements, expand, contract = []) => {
    const run = (...sql: string[]) => db.batch(sql.map((statement) => db.prepare(statement)))
    await run(`CREATE TABLE parent (${PARENT})`, `CREATE TABLE child (${CHILD})`)
    await run('CREATE UNIQUE INDEX once ON child (of)', 'CREATE INDEX plain ON child (of)', NOTED('child'))
    const before = await tablesOf(db)
    await run(...statements)
    const after = await tablesOf(db)
    expect([refusals(before, after, false), refusals(before, after, true)]).toEqual([expand, contract])
  })
})
