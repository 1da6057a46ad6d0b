import { execFileSync, spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { cleanUp, newFolder } from './service'

const folder = newFolder()
let database: DatabaseSync

/** Three accounts of fifty people: two labels each, two stages, one job, two words. Triggers add the counters and indexes. */
const FILL = `
  INSERT INTO labels (account_id, id, name, name_key, created_at, updated_at)
  SELECT 'acct_00' || a.value, 'lbl_' || l.value, l.value, l.value, 1, 1
  FROM json_each('[0,1,2]') a CROSS JOIN json_each('[0,1,2,3,4,5,6]') l;
  INSERT INTO prospects (account_id, id, first_name, last_name, stage_id, labels, jobs, words, custom_keys, created_at, updated_at)
  WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 149)
  SELECT 'acct_00' || (i / 50), 'prs_' || (1000 + i), 'Pat', 'Doe', nullif('stg_' || (i % 3), 'stg_2'),
    json_array('lbl_' || (i % 4), 'lbl_' || (4 + i % 3)), json_array('job'),
    json_array(json_array('name', 'o''neil'), json_array('title', 'w' || i)),
    json_array(json_array('region', i % 3), json_array('note', 'n' || i)), 1, 1
  FROM n;
  INSERT INTO jobs (account_id, id, name, name_key, created_at, updated_at)
  SELECT DISTINCT account_id, 'job', 'Job', 'job', 1, 1 FROM prospects`
/** What triggers maintain. */
const KEPT = [
  'SELECT account_id, label_id, prospect_id, stage_id FROM prospect_labels',
  'SELECT account_id, label_id, n, max(prospect_id) FROM prospect_labels GROUP BY 1, 2',
  'SELECT * FROM prospect_jobs',
  'SELECT * FROM prospect_words',
  'SELECT * FROM prospect_custom',
  'SELECT account_id, CAST(label_set AS TEXT), stage_id, n FROM label_set_counts',
  'SELECT CAST(label_weight AS TEXT), CAST(label_set AS TEXT) FROM label_memberships',
]
const weight = (account: string, label: string) =>
  `(SELECT weight FROM labels WHERE account_id = '${account}' AND id = '${label}')`

beforeAll(() => {
  execFileSync('node', ['scripts/migrate.mjs', folder])
  const files = join(folder, 'v3/d1/miniflare-D1DatabaseObject')
  const file = readdirSync(files).find((name) => /^[0-9a-f]{64}\.sqlite$/.test(name)) as string
  database = new DatabaseSync(join(files, file), { enableForeignKeyConstraints: false })
  database.exec(FILL)
})
afterAll(() => {
  database.close()
  return cleanUp()
})

const kept = () => KEPT.map((sql) => database.prepare(sql).all())
function recount(...options: string[]) {
  const { status, stdout, stderr } = spawnSync('node', ['scripts/recount.mjs', '--persist-to', folder, ...options])
  return [status, (String(stdout) + String(stderr)).trim().split('\n')]
}

test('counters and indexes are compared with a plain count; differences are reported and repaired', () => {
  expect(recount()).toEqual([0, ['No differences.']])
  const before = kept()
  database.exec(`
    DELETE FROM prospect_labels WHERE account_id = 'acct_000' AND prospect_id = 'prs_1007';
    UPDATE prospect_labels SET stage_id = 'stg_9' WHERE account_id = 'acct_002' AND prospect_id = 'prs_1149';
    DELETE FROM prospect_jobs WHERE account_id = 'acct_001';
    INSERT INTO prospect_words VALUES ('acct_002', 'name', 'zoe', 'prs_1149'), ('acct_009', 'name', 'zoe', 'prs_1');
    UPDATE label_set_counts SET n = n + 1 WHERE account_id = 'acct_001' AND label_set = 0 AND stage_id = 'stg_1';
    DELETE FROM label_set_counts
      WHERE account_id = 'acct_000' AND label_set = ${weight('acct_000', 'lbl_0')} + ${weight('acct_000', 'lbl_4')};
    INSERT INTO label_set_counts VALUES ('acct_009', 0, '', 1);
    DELETE FROM label_memberships WHERE label_weight = ${weight('acct_001', 'lbl_3')}
      AND label_set = ${weight('acct_001', 'lbl_3')} + ${weight('acct_001', 'lbl_4')};
    INSERT INTO label_memberships VALUES (${weight('acct_002', 'lbl_1')}, ${weight('acct_002', 'lbl_1')});
    UPDATE prospect_labels SET n = n + 1
      WHERE account_id = 'acct_002' AND label_id = 'lbl_0' AND prospect_id = 'prs_1148'`)
  const differences = [
    'acct_000 prospect_labels: 2 rows differ',
    'acct_002 prospect_labels: 4 rows differ',
    'acct_001 prospect_jobs: 50 rows differ',
    'acct_002 prospect_words: 1 row differs',
    'acct_009 prospect_words: 1 row differs',
    'acct_002 prospect_labels.n: 1 row differs',
    'acct_000 label_set_counts: 1 row differs',
    'acct_001 label_set_counts: 1 row differs',
    'acct_009 label_set_counts: 1 row differs',
    'acct_001 label_memberships: 1 row differs',
    'acct_002 label_memberships: 1 row differs',
  ]
  const sorted = ([status, lines]: ReturnType<typeof recount>) => [status, (lines as string[]).sort()]
  expect(sorted(recount('--rows', '140'))).toEqual([
    1,
    [...differences, 'Run it with --mend to repair the differences.'].sort(),
  ])
  expect(sorted(recount('--mend'))).toEqual([0, [...differences, 'Repaired.'].sort()])
  expect(kept()).toEqual(before)
}, 300_000)

test('an invalid command line prints the usage, with status 2', () => {
  expect(recount('--ment')).toEqual([2, expect.arrayContaining([expect.stringMatching(/npm run recount/)])])
})
