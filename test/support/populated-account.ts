import { type Account, newAccount } from './api'
import { writeMany } from './callers'
import { rows } from './d1'
import { register } from './endpoint'

/** An account with many prospects, and what they refer to: a rare job, office and user of five prospects, and usual ones of the others. */
export interface Populated extends Account {
  people: number
  jobs: [rare: string, usual: string]
  offices: [rare: string, usual: string]
  users: [rare: string, usual: string]
}

/**
 * Makes an account with this many prospects, and pending deliveries of their events. Each has its own source. Those with an
 * odd number have an email, a label that all of them share, and one of seven labels. Those with an even number share a label
 * too, and each has its own label and a merged duplicate. Every sixth has the same phone, and all share a word of the name.
 */
export async function accountWithProspects(people: number): Promise<Populated> {
  const account = await newAccount()
  await register(account, { url: 'http://127.0.0.1:9/hook' })
  const make = async (kind: string, name: string): Promise<string> =>
    (await account.post(`/v1/${kind}`, { name })).json.id
  const two = async (kind: string): Promise<[string, string]> => [await make(kind, 'Rare'), await make(kind, 'Usual')]
  const [jobs, offices, users] = [await two('jobs'), await two('offices'), await two('users')]
  const stages: { id: string }[] = (await account.get('/v1/stages')).json.items
  await writeMany(
    account,
    Array.from({ length: people }, (_, n) => {
      const which = n < 5 ? 0 : 1
      return {
        firstName: `Given${String(n).padStart(5, '0')}`,
        lastName: 'Common',
        company: `Company ${n % 7}`,
        email: n % 2 ? `p${n}@example.com` : null,
        phone: n % 6 === 1 ? '2125550100' : `212555${1000 + n}`,
        labels: n % 2 ? ['Odd', `Group ${n % 7}`] : ['Even', `Own ${n}`],
        newSourceName: `Source ${n}`,
        stageId: stages[n % stages.length]?.id,
        jobId: jobs[which],
        officeId: offices[which],
        userId: users[which],
        licenseStatus: which === 0 ? 'licensed' : 'not_started',
      }
    }),
  )
  await rows(
    `INSERT INTO merges (account_id, id, into_id)
     SELECT account_id, 'duplicate of ' || id, id FROM prospects WHERE account_id = ? AND email IS NULL`,
    account.id,
  )
  return { ...account, people, jobs, offices, users }
}
