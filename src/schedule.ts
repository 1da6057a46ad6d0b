import { eraseAccounts } from './accounts/erase'
import { runReassignments } from './catalog/reassign'
import { type Database, databases } from './db/client'
import { watchSize } from './db/size'
import { sweepObjects } from './files/delete'
import { purgeStoredResponses } from './http/idempotency'
import { logInfo } from './http/log'
import { describeError } from './http/problem'
import { sweepImports } from './imports/lease'
import { purgeImports } from './imports/run'
import { indexProspects } from './prospects/index-prospects'
import { sweepResumes } from './resumes/reader'
import { openOutbox } from './webhooks/events'
import { sweepFeed } from './webhooks/queue-feed'
import { runRecoveries } from './webhooks/recover'
import { reencryptSecrets } from './webhooks/reencrypt'
import { oneAtATime, purgeDeliveries, sweepDeliveries } from './webhooks/sweep'

/** How many statements one run may send to D1: for deliveries, and for all other steps. D1 allows 1,000 per invocation. */
const DELIVERY_STATEMENTS = 400
const OTHER_STATEMENTS = 500

/**
 * Does the work of one minute, in all databases at the same time. Deliveries come first. The other steps share one
 * allowance of statements, so each minute starts with a different step. If a step fails, it is logged and the next step
 * runs.
 */
export async function runSchedule(env: Env, scheduledTime: number): Promise<void> {
  const forDeliveries = databases(env, undefined, { left: DELIVERY_STATEMENTS })
  const forOthers = databases(env, undefined, { left: OTHER_STATEMENTS })
  const inTurn = oneAtATime()
  const minute = Math.floor(scheduledTime / 60_000)
  const sweep = async (db: Database, i: number) => {
    const deliveriesDb = forDeliveries[i] as Database
    await runStep(env, deliveriesDb, 'sweepDeliveries', () => sweepDeliveries(deliveriesDb, env, inTurn))
    const steps = Object.entries({
      sweepFeed: () => sweepFeed(db, env),
      eraseAccounts: () => eraseAccounts(db),
      sweepObjects: () => sweepObjects(db, env, Date.now()),
      sweepResumes: () => sweepResumes(db, env, Date.now()),
      sweepImports: () => sweepImports(db, env, Date.now()),
      runReassignments: () => runReassignments(db, openOutbox(env, undefined, db)),
      runRecoveries: () => runRecoveries(db, env),
      indexProspects: () => indexProspects(db),
      reencryptSecrets: () => reencryptSecrets(db, env, Date.now()),
      purgeStoredResponses: () => purgeStoredResponses(db, Date.now()),
      purgeDeliveries: () => purgeDeliveries(db, Date.now()),
      purgeImports: () => purgeImports(db, Date.now()),
      watchSize: () => watchSize(db),
    })
    const first = minute % steps.length
    for (const [step, run] of [...steps.slice(first), ...steps.slice(0, first)]) await runStep(env, db, step, run)
  }
  await Promise.all(forOthers.map(sweep))
}

/**
 * Runs one step, unless its allowance of statements is used up. If the step wrote or returned something, logs its cost. If
 * it failed, logs the error. Never throws.
 */
async function runStep(env: Env, db: Database, step: string, run: () => Promise<unknown>): Promise<void> {
  if (!db.hasQueriesLeft()) return
  const { number: database, cost } = db
  const before = { ...cost }
  const start = performance.now()
  try {
    const result = await run()
    const written = cost.written - before.written
    if (written === 0 && !result) return
    logInfo(env, {
      message: 'sweep',
      step,
      database,
      ms: Math.round(performance.now() - start),
      trips: cost.trips - before.trips,
      queries: cost.queries - before.queries,
      read: cost.read - before.read,
      written,
      ...(result as object | undefined),
    })
  } catch (error) {
    console.error(JSON.stringify({ level: 'error', message: 'sweep', step, database, ...describeError(error) }))
  }
}
