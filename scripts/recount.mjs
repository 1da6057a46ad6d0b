// `npm run recount -- --remote`: whether what triggers keep of prospects (the counters, the indexes of labels, jobs and
// words) is what a plain count says; with `--mend` it is made so. Looks at some thousands of rows at a time, each of those
// as they are at one moment, so that calls go on meanwhile. Exit status: 0 if nothing differs any more.
import { execFile } from 'node:child_process'
import { parseArgs, promisify } from 'node:util'

const USAGE = `npm run recount -- [database] [options]
  database             its binding in wrangler.toml, or DB
  --remote             the deployed one, not the one of local development
  --persist-to <dir>   where the state of local development is
  --rows <n>           how many rows a statement looks at (20000); of a large account it counts all prospects at once
  --mend               mends what differs`

function refuse(message) {
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
    return refuse(`${error.message}\n\n${USAGE}`)
  }
}

const { values, positionals } = readArguments()
const ROWS = Number(values.rows)
if (positionals.length > 1 || !(ROWS > 0)) refuse(USAGE)

const list = (values) => values.join(', ')
const quote = (value) => `'${String(value).replaceAll("'", "''")}'`

/** Where a table is gone on with, by its key, and the next rows of it. */
const beyond = (key, after) => (after ? `WHERE (${list(key)}) > (${list(after.map(quote))})` : '')
const rowsOf = (table, key, after) => `FROM ${table} ${beyond(key, after)} ORDER BY ${list(key)} LIMIT`

/** Tables that have a row for each value `j` of a JSON array in another's rows `p`, and what their columns are made of. */
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
  values: 'p.words',
  columns: { field: 'j.value ->> 0', word: 'j.value ->> 1', prospect_id: 'p.id' },
}
const MEMBERS = {
  source: 'prospect_counts',
  key: ['account_id', 'label_set', 'stage_id'],
  table: 'label_set_members',
  values: "iif(p.label_set = '*', '[]', p.label_set)",
  columns: { label_id: 'j.value', label_set: 'p.label_set' },
}

/** Two walks through an index: for rows that nothing asks for, and then for those that are missing. */
function walksOf({ table, columns, source, key, values }) {
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

/** The counters of whole accounts: only a statement that counts all of one says how many there are. */
const lastAccount = (after) =>
  `SELECT account_id FROM prospects ${beyond(['account_id'], after)} ORDER BY account_id, id LIMIT 1 OFFSET ${ROWS - 1}`
const ofAccounts = (table, after) =>
  `FROM ${table} ${beyond(['account_id'], after ?? [''])} AND account_id <= coalesce((${lastAccount(after)}), '~')`
const COUNTER = 'account_id, label_set, stage_id'
const differing = (after) => `
  WITH sets AS MATERIALIZED (
    SELECT account_id, labels AS label_set, coalesce(stage_id, '') AS stage_id, count(*) AS n
    ${ofAccounts('prospects', after)} GROUP BY 1, 2, 3),
  both AS (
    SELECT ${COUNTER}, n AS counted, NULL AS kept FROM sets
    UNION ALL SELECT account_id, '*', stage_id, n, NULL FROM sets
    UNION ALL SELECT ${COUNTER}, NULL, n ${ofAccounts('prospect_counts', after)})
  SELECT ${COUNTER}, coalesce(sum(counted), 0) AS n FROM both GROUP BY 1, 2, 3 HAVING sum(counted) IS NOT sum(kept)`
const COUNTERS = {
  table: 'prospect_counts',
  next: lastAccount,
  compare: (after) => [`SELECT account_id, count(*) AS n FROM (${differing(after)}) GROUP BY 1`],
  mend: (after) => [
    `INSERT INTO prospect_counts (${COUNTER}, n) SELECT * FROM (${differing(after)}) WHERE true
      ON CONFLICT (${COUNTER}) DO UPDATE SET n = excluded.n`,
    `DELETE ${ofAccounts('prospect_counts', after)} AND n = 0`,
  ],
}

const place = values.remote
  ? ['--remote']
  : ['--local', ...(values['persist-to'] ? ['--persist-to', values['persist-to']] : [])]
const run = promisify(execFile)

/** The rows that each of some statements gives; together they are one transaction. */
async function query(statements) {
  const args = ['d1', 'execute', positionals[0] ?? 'DB', ...place, '--json', '--command', statements.join('; ')]
  const wrangler = ['node_modules/wrangler/bin/wrangler.js', ...args]
  try {
    const { stdout } = await run(process.execPath, wrangler, { maxBuffer: 2 ** 30 })
    return JSON.parse(stdout).map(({ results }) => results)
  } catch (error) {
    return refuse(error.stdout || error.stderr || error.message)
  }
}

/** Goes through tables side by side, each to its end: compares or mends them. Returns what the statements give. */
async function walk(walks, how) {
  const rows = []
  for (let left = walks.map((of) => ({ of, after: undefined })); left.length > 0; ) {
    const asked = left.map(({ of, after }) => [of.next(after), ...of[how](after)])
    const results = await query(asked.flat())
    left = left.flatMap(({ of }, i) => {
      const [[last], ...given] = results.splice(0, asked[i].length)
      rows.push(...given.flat().map((row) => ({ table: of.table, ...row })))
      return last ? { of, after: Object.values(last) } : []
    })
  }
  return rows
}

const walks = [...walksOf(LABELS), ...walksOf(JOBS), ...walksOf(WORDS), COUNTERS, ...walksOf(MEMBERS)]
const found = new Map()
for (const { account_id, table, n } of await walk(walks, 'compare')) {
  const where = `${account_id} ${table}`
  found.set(where, (found.get(where) ?? 0) + n)
}
for (const [where, n] of found) console.log(`${where}: ${n} ${n === 1 ? 'row differs' : 'rows differ'}`)
// one after the other: what is surplus goes before what is missing comes, and the members follow the counters
if (values.mend && found.size > 0) for (const each of walks) await walk([each], 'mend')
console.log(found.size === 0 ? 'Nothing differs.' : values.mend ? 'It is mended.' : 'Run it with --mend to mend that.')
process.exit(found.size === 0 || values.mend ? 0 : 1)
