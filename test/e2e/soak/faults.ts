import type { CHECKS } from './checks'
import type { Run } from './run'
import { type Person, type Tenant, tokenOf } from './tenants'

/** What makes a check fail. SQL is taken back afterwards; whatever else was done, the function that is returned takes back. */
type Break = (run: Run) => (() => void) | undefined

const first = ({ tenants }: Run) => tenants[0] as Tenant
const one = (run: Run, which: (p: Person) => unknown = () => true) =>
  first(run).people.find((p) => p.may.length === 1 && !p.mergedInto && which(p)) as Person
const kept = (run: Run) => one(run, (p) => p.may[0] && p.writes.some(({ muted }) => !muted))

/** Runs SQL with the account as `?1` and the id of somebody who is there as `?2`; it has to change something. */
const sql =
  (statement: string, database: 'd1' | 'r2' = 'd1'): Break =>
  (run) => {
    const values = { 1: first(run).id, 2: first(run).people.find((p) => p.id && p.may[0] && !p.mergedInto)?.id ?? '' }
    const used = Object.entries(values).filter(([n]) => statement.includes(`?${n}`))
    const { changes } = run.stored[database].prepare(statement).run(...used.map(([, value]) => value))
    if (Number(changes) === 0) throw new Error(`It changed nothing: ${statement}`)
  }

/** For each check, what it has to find. */
export const FAULTS: [keyof typeof CHECKS, string, Break][] = [
  [
    'what was acknowledged is there, whole, or erased',
    'a write that is lost',
    sql('DELETE FROM prospects WHERE account_id = ?1 AND id = ?2'),
  ],
  [
    'what was acknowledged is there, whole, or erased',
    'half a write',
    sql("UPDATE prospects SET notes = '' WHERE account_id = ?1 AND id = ?2"),
  ],
  [
    'what was acknowledged is there, whole, or erased',
    'an older write in the place of the last',
    (run) => {
      const p = kept(run)
      run.stored.d1
        .prepare('UPDATE prospects SET company = ? WHERE company = ?')
        .run(tokenOf(p, 99), p.may[0] as string)
    },
  ],
  [
    'what was acknowledged is there, whole, or erased',
    'somebody who was erased',
    (run) => {
      const p = one(run, ({ may }) => may[0] === null)
      run.stored.d1
        .prepare(
          "INSERT INTO prospects (account_id, id, first_name, last_name, company, created_at, updated_at) VALUES (?, ?, 'A', 'B', ?, 1, 1)",
        )
        .run(first(run).id, p.id as string, tokenOf(p, 0))
    },
  ],
  [
    'what was acknowledged is there, whole, or erased',
    'a merge that is lost',
    sql('DELETE FROM merges WHERE account_id = ?1'),
  ],
  [
    'what was acknowledged is there, whole, or erased',
    'another resume',
    sql("UPDATE prospects SET resume = json_set(resume, '$.hash', 'x') WHERE resume IS NOT NULL AND account_id = ?1"),
  ],
  [
    'what was acknowledged is on the record, once',
    'a write that was done twice',
    sql(
      "INSERT INTO events SELECT account_id, seq + 1000000000, nonce, type, prospect_id, muted, key_id, user_id, source, data, same_as FROM events WHERE account_id = ?1 AND type = 'prospect.created' AND prospect_id = ?2",
    ),
  ],
  [
    'what was acknowledged is on the record, once',
    'a write without an event',
    sql('DELETE FROM events WHERE account_id = ?1 AND prospect_id = ?2'),
  ],
  [
    'imports have written each row once',
    'a row that was written twice',
    sql('UPDATE imports SET created = created + 1 WHERE account_id = ?1'),
  ],
  [
    'the catalog is as it was changed, and counted',
    'a count that is wrong',
    sql('UPDATE accounts SET catalog_size = catalog_size - 1 WHERE id = ?1'),
  ],
  [
    'each event that is not muted has arrived',
    'one that did not',
    (run) => {
      const { taken } = first(run).endpoints[0] as Tenant['endpoints'][0]
      const [id, n] = [...taken][0] as [string, number]
      taken.delete(id)
      return () => void taken.set(id, n)
    },
  ],
  [
    'each event that is not muted has arrived',
    'one that was neither recorded nor sent',
    (run) => {
      const { told } = first(run).endpoints[0] as Tenant['endpoints'][0]
      const { type, token } = kept(run).writes.find(({ muted }) => !muted) as Person['writes'][0]
      told.delete(`${type} ${token}`)
      return () => void told.add(`${type} ${token}`)
    },
  ],
  [
    'nothing else has arrived',
    'one that was muted',
    sql('UPDATE events SET muted = 1 WHERE account_id = ?1 AND muted = 0'),
  ],
  [
    'nothing else has arrived',
    'one that was never committed',
    sql('DELETE FROM events WHERE account_id = ?1 AND muted = 0'),
  ],
  [
    'the feed told of each event, once and in order',
    'one that it left out',
    (run) => {
      const { feed } = first(run)
      const [id = ''] = feed.splice(3, 1)
      return () => void feed.splice(3, 0, id)
    },
  ],
  ['each delivery is accounted for', 'one that is not there', sql('DELETE FROM deliveries WHERE account_id = ?1')],
  [
    'each delivery is accounted for',
    'one that waits for nothing',
    sql("UPDATE deliveries SET status = 'pending', next_at = NULL WHERE account_id = ?1"),
  ],
  [
    'each delivery is accounted for',
    'an attempt that is not logged',
    sql('DELETE FROM attempts WHERE account_id = ?1'),
  ],
  ['no row is an orphan', 'a stage that people are in', sql('DELETE FROM stages WHERE account_id = ?1')],
  ['no row is an orphan', 'a word of nobody', sql("INSERT INTO prospect_words VALUES (?1, 'name', 'zoe', 'prs_gone')")],
  [
    'no row is an orphan',
    'an event of nobody',
    sql("UPDATE events SET prospect_id = 'prs_gone' WHERE account_id = ?1 AND prospect_id = ?2"),
  ],
  ['no row is an orphan', 'a delivery of nothing', sql('DELETE FROM events WHERE account_id = ?1')],
  ['no row is an orphan', 'a label that people have', sql('DELETE FROM labels WHERE account_id = ?1')],
  [
    'no row is an orphan',
    'an answer of no account',
    sql("UPDATE idempotency_keys SET account_id = 'acct_gone' WHERE account_id = ?1"),
  ],
  [
    'no row is an orphan',
    'an answer about nobody',
    sql("UPDATE idempotency_keys SET about = 'prs_gone' WHERE account_id = ?1 AND body NOT LIKE '%erased%'"),
  ],
  ['no row is an orphan', 'a key of no account', sql('DELETE FROM accounts WHERE id = ?1')],
  [
    'no object is an orphan, and none is missing',
    'one that nobody refers to',
    sql("UPDATE _mf_objects SET key = ?1 || '/left' WHERE key = (SELECT min(key) FROM _mf_objects)", 'r2'),
  ],
  ['no object is an orphan, and none is missing', 'one that is gone', sql('DELETE FROM _mf_objects', 'r2')],
  [
    'nothing is left of those who were erased',
    'their bytes in an object',
    (run) => {
      const { stored } = run
      const p = one(run, ({ may }) => may[0] === null)
      run.stored = { ...stored, bytesOf: () => Buffer.from(tokenOf(p, 0)) }
      return () => {
        run.stored = stored
      }
    },
  ],
  [
    'nothing is left of those who were erased',
    'rows and objects of somebody',
    (run) => {
      const p = one(run, ({ may, resumes }) => may[0] !== null && resumes[0] !== null)
      const { may } = p
      p.may = [null]
      return () => {
        p.may = may
      }
    },
  ],
  ['nothing is under way', 'a move', sql("INSERT INTO moves VALUES (?1, 'jobs', 'a', 'b', 'c', 0)")],
  ...(['resident', 'heap'] as const).map((of): (typeof FAULTS)[0] => [
    'memory is flat',
    `${of} memory that grows`,
    (run) => {
      const { memory } = run
      run.memory = Array.from({ length: 60 }, (_, n) => ({ resident: 800, heap: 10, [of]: 10 * n }))
      return () => {
        run.memory = memory
      }
    },
  ]),
]
