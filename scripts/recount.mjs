// `npm run recount -- --remote` compares what triggers maintain (the counters and the indexes of labels, jobs, words and
// custom fields) with a plain count of the prospects. `--mend` repairs the differences. Each statement looks at some thousands of rows, so
// that calls are served meanwhile. Exit status: 0 if there is no difference, or none is left.
import { execFile } from 'node:child_process'
import { parseArgs, promisify } from 'node:util'

const USAGE = `npm run recount -- [database] [options]
  database             the binding in wrangler.toml (DB)
  --remote             the deployed database instead of the local one
  --persist-to <dir>   the state folder of local development
  --rows <n>           rows that one statement looks at (20000); counters of one account are always compared at once
  --mend               repairs the differences`

function exitWithUsage(message) {
  console.error(message)
  process.exit(2)
}

function readArguments() {
  const [string, boolean] = [{ type: 'string' }, { type: 'boolean' }]
  const rows = { type: 'string', default: '20000' }
  try {
    const options = { remote: boolean, 'persist-to': string, rows, mend: boolean }
    return parseArgs({ allowPositionals: true, options })
  } catch (error) {
    return exitWithUsage(`${error.message}\n\n${USAGE}`)
  }
}

const { values, positionals } = readArguments()
const ROWS = Number(values.rows)
if (positionals.length > 1 || !(ROWS > 0)) exitWithUsage(USAGE)

const list = (values) => values.join(', ')
const quote = (value) => (typeof value === 'number' ? value : `'${String(value).replaceAll("'", "''")}'`)

/** The condition for rows after the key `after`, and the next rows of a table by its key. */
const beyond = (key, after) => (after ? `WHERE (${list(key)}) > (${list(after.map(quote))})` : '')
const rowsOf = (table, key, after) => `FROM ${table} ${beyond(key, after)} ORDER BY ${list(key)} LIMIT`

/**
 * Index tables with one row for each value `j` of a JSON array in a row `p` of `source`. `columns` gives the expression of
 * each column.
 */
const PROSPECTS = { source: 'prospects', key: ['account_id', 'id'] }
const LABELS = {
  ...PROSPECTS,
  table: 'prospect_labels',
  values: 'p.labels',
  columns: { label_id: 'j.value', prospect_id: 'p.id', stage_id: "coalesce(p.stage_id, '')" },
}
const JOBS = {
  ...PROSPECTS,
  table: 'prospect_jobs',
  values: 'p.jobs',
  columns: { job_id: 'j.value', prospect_id: 'p.id' },
}
const WORDS = {
  ...PROSPECTS,
  table: 'prospect_words',
  values: `(SELECT json_group_array(json(value))
    FROM (SELECT value FROM json_each(p.words) UNION ALL SELECT value FROM json_each(p.address_words)))`,
  columns: { field: 'j.value ->> 0', word: 'j.value ->> 1', prospect_id: 'p.id' },
}
const CUSTOM = {
  ...PROSPECTS,
  table: 'prospect_custom',
  values: 'p.custom_keys',
  columns: { field: 'j.value ->> 0', value: 'j.value ->> 1', prospect_id: 'p.id' },
}
/** Two checks of an index table: one finds surplus rows, the other finds missing rows. */
function indexChecks({ table, columns, source, key, values }) {
  const names = ['account_id', ...Object.keys(columns)]
  const made = ['p.account_id', ...Object.values(columns)]
  const same = names.map((name, i) => `t.${name} = ${made[i]}`).join(' AND ')
  const surplus = (after) => `SELECT ${list(names)} FROM (SELECT * ${rowsOf(table, names, after)} ${ROWS}) t
    WHERE NOT EXISTS (SELECT 1 FROM ${source} p CROSS JOIN json_each(${values}) j WHERE ${same})`
  const missing = (after) => `SELECT DISTINCT ${list(made)} FROM (SELECT * ${rowsOf(source, key, after)} ${ROWS}) p
    CROSS JOIN json_each(${values}) j WHERE NOT EXISTS (SELECT 1 FROM ${table} t WHERE ${same})`
  return [
    {
      table,
      next: (after) => `SELECT ${list(names)} ${rowsOf(table, names, after)} 1 OFFSET ${ROWS - 1}`,
      compare: (after) => [`SELECT account_id, count(*) AS n FROM (${surplus(after)}) GROUP BY 1`],
      mend: (after) => [`DELETE FROM ${table} WHERE (${list(names)}) IN (${surplus(after)})`],
    },
    {
      table,
      next: (after) => `SELECT ${list(key)} ${rowsOf(source, key, after)} 1 OFFSET ${ROWS - 1}`,
      compare: (after) => [`SELECT account_id, count(*) AS n FROM (${missing(after)}) GROUP BY 1`],
      mend: (after) => [`INSERT INTO ${table} (${list(names)}) ${missing(after)}`],
    },
  ]
}

/** Counters are compared for whole accounts, because only a count of the whole account gives their true value. */
const lastAccount = (after) =>
  `SELECT account_id FROM prospects ${beyond(['account_id'], after)} ORDER BY account_id, id LIMIT 1 OFFSET ${ROWS - 1}`
const ofAccounts = (table, after) =>
  `FROM ${table} ${beyond(['account_id'], after ?? [''])} AND account_id <= coalesce((${lastAccount(after)}), '~')`
/** For each stage of these accounts: the label sets of its prospects, their keys, and how many prospects have each. */
const sets = (after) => `
  counted AS MATERIALIZED (
    SELECT account_id, labels, coalesce(stage_id, '') AS stage_id, count(*) AS n ${ofAccounts('prospects', after)}
    GROUP BY 1, 2, 3),
  sets AS MATERIALIZED (
    SELECT *, (SELECT sum(l.weight) FROM json_each(c.labels) k
      CROSS JOIN labels l ON l.account_id = c.account_id AND l.id = k.value) AS label_set
    FROM counted c)`

/** A check that compares the rows that should exist, `expected`, with those that do, `kept`. Both select the `columns`. */
function differenceOf({ table, columns, expected, kept, next = lastAccount }) {
  const names = list(columns)
  const [key, value] = [list(columns.slice(0, -1)), columns.at(-1)]
  const differing = (after) => `
    WITH ${sets(after)}, both AS (
      SELECT ${key}, ${value} AS counted, NULL AS kept FROM (${expected(after)})
      UNION ALL SELECT ${key}, NULL, ${value} FROM (${kept(after)}))
    SELECT ${key}, coalesce(sum(counted), 0) AS ${value} FROM both GROUP BY ${key} HAVING sum(counted) IS NOT sum(kept)`
  const compare = (after) => [`SELECT account_id, count(*) AS n FROM (${differing(after)}) GROUP BY 1`]
  return { table, next, names, key, differing, compare }
}

const COUNTERS = differenceOf({
  table: 'label_set_counts',
  columns: ['account_id', 'label_set', 'stage_id', 'n'],
  expected: () => `
    SELECT account_id, 0 AS label_set, stage_id, sum(n) AS n FROM sets GROUP BY 1, 3
    UNION ALL SELECT account_id, label_set, stage_id, n FROM sets WHERE labels <> '[]'`,
  kept: (after) => `SELECT account_id, label_set, stage_id, n ${ofAccounts('label_set_counts', after)}`,
})
COUNTERS.mend = (after) => [
  `INSERT INTO label_set_counts (${COUNTERS.names}) SELECT * FROM (${COUNTERS.differing(after)}) WHERE true
    ON CONFLICT (${COUNTERS.key}) DO UPDATE SET n = excluded.n`,
  `DELETE ${ofAccounts('label_set_counts', after)} AND n = 0`,
]

const MEMBERSHIPS = differenceOf({
  table: 'label_memberships',
  columns: ['account_id', 'label_weight', 'label_set', 'n'],
  expected: () => `
    SELECT DISTINCT s.account_id, l.weight AS label_weight, s.label_set, 1 AS n FROM sets s CROSS JOIN json_each(s.labels) k
      CROSS JOIN labels l ON l.account_id = s.account_id AND l.id = k.value`,
  kept: (after) => `
    SELECT l.account_id, m.label_weight, m.label_set, 1 AS n FROM (SELECT account_id, weight ${ofAccounts('labels', after)}) l
      CROSS JOIN label_memberships m ON m.label_weight = l.weight`,
})
MEMBERSHIPS.mend = (after) => [
  `DELETE FROM label_memberships WHERE (label_weight, label_set) IN
    (SELECT label_weight, label_set FROM (${MEMBERSHIPS.differing(after)}) WHERE n = 0)`,
  `INSERT INTO label_memberships (label_weight, label_set)
    SELECT label_weight, label_set FROM (${MEMBERSHIPS.differing(after)}) WHERE n = 1`,
]

const NEWEST = `(SELECT max(prospect_id) FROM prospect_labels q
  WHERE q.account_id = p.account_id AND q.label_id = p.label_id)`
const LABEL_COUNTS = differenceOf({
  table: 'prospect_labels.n',
  columns: ['account_id', 'label_id', 'n'],
  expected: (after) =>
    `SELECT account_id, label_id, count(*) AS n ${ofAccounts('prospect_labels', after)} GROUP BY 1, 2`,
  kept: (after) => `
    SELECT account_id, label_id, n ${ofAccounts('prospect_labels p', after)} AND prospect_id = ${NEWEST}`,
})
LABEL_COUNTS.mend = (after) => [
  `UPDATE prospect_labels AS p SET n = d.n FROM (${LABEL_COUNTS.differing(after)}) d
    WHERE p.account_id = d.account_id AND p.label_id = d.label_id AND p.prospect_id = ${NEWEST}`,
]

const target = values.remote
  ? ['--remote']
  : ['--local', ...(values['persist-to'] ? ['--persist-to', values['persist-to']] : [])]
const run = promisify(execFile)

/** Runs statements as one transaction. Resolves to the rows of each. */
async function query(statements) {
  const args = ['d1', 'execute', positionals[0] ?? 'DB', ...target, '--json', '--command', statements.join('; ')]
  const wrangler = ['node_modules/wrangler/bin/wrangler.js', ...args]
  try {
    const { stdout } = await run(process.execPath, wrangler, { maxBuffer: 2 ** 30 })
    return JSON.parse(stdout).map(({ results }) => results)
  } catch (error) {
    return exitWithUsage(error.stdout || error.stderr || error.message)
  }
}

/**
 * Runs checks side by side, each from the first row of its table to the last. `action` is `compare` or `mend`. Resolves
 * to the rows that the statements return.
 */
async function runChecks(checks, action) {
  const rows = []
  for (let left = checks.map((check) => ({ check, after: undefined })); left.length > 0; ) {
    const statements = left.map(({ check, after }) => [check.next(after), ...check[action](after)])
    const results = await query(statements.flat())
    left = left.flatMap(({ check }, i) => {
      const [[last], ...found] = results.splice(0, statements[i].length)
      rows.push(...found.flat().map((row) => ({ table: check.table, ...row })))
      return last ? { check, after: Object.values(last) } : []
    })
  }
  return rows
}

const indexes = [LABELS, JOBS, WORDS, CUSTOM].map(indexChecks)
/** Checks that can be repaired side by side. Surplus rows go before missing rows come, and rows before their counts. */
const phases = [
  indexes.map(([surplus]) => surplus),
  indexes.map(([, missing]) => missing),
  [LABEL_COUNTS, COUNTERS, MEMBERSHIPS],
]
const found = new Map()
for (const { account_id, table, n } of await runChecks(phases.flat(), 'compare')) {
  const where = `${account_id} ${table}`
  found.set(where, (found.get(where) ?? 0) + n)
}
for (const [where, n] of found) console.log(`${where}: ${n} ${n === 1 ? 'row differs' : 'rows differ'}`)
if (values.mend && found.size > 0) for (const checks of phases) await runChecks(checks, 'mend')
console.log(
  found.size === 0 ? 'No differences.' : values.mend ? 'Repaired.' : 'Run it with --mend to repair the differences.',
)
process.exit(found.size === 0 || values.mend ? 0 : 1)
