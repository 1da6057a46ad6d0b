import { env } from 'cloudflare:workers'
import { type Account, newAccount } from './api'
import { makeItem } from './catalog-items'
import { makeField } from './custom-fields'
import { rows } from './d1'
import { consume, endpointAnswers } from './endpoint'
import { runOnce, sendFile } from './import-files'
import { asField } from './resume-files'

/** An account with a row in every table, and the values by which a request can name its data. */
export interface FullAccount {
  account: Account
  /** Values that only this account has, by what they are: ids, an email, a phone, a word. */
  named: Record<string, string>
}

/** A plain-text resume with this word, as a field of a body. */
const resumeOf = (word: string) => asField(`Resume of ${word} ${word}\n`, { fileName: `${word}.txt` })

/**
 * Makes an account with at least one row in every table and `word` in each of its texts. Hold the queues first
 * (`holdQueue`), so that unfinished work stays unfinished.
 */
export async function accountWithEverything(word: string): Promise<FullAccount> {
  const account = await newAccount({ name: word })
  const { call, post } = account
  const idOf = async (path: string, body: object) => (await post(path, { name: word, ...body })).json.id as string
  const hook = `https://${word}.example.com/${word}`

  const pipe = await idOf('/v1/pipelines', { stages: [word, `${word} 2`] })
  const stage = (await makeItem(account, 'stages', `${word} 3`, { pipelineId: pipe })).id
  const [label, source, office, user, job] = await Promise.all(
    (['labels', 'sources', 'offices', 'users', 'jobs'] as const).map((kind) => idOf(`/v1/${kind}`, {})),
  )
  for (const kind of ['labels', 'sources', 'offices', 'users', 'jobs']) await idOf(`/v1/${kind}`, { name: `${word} 2` })
  const key = (await post('/v1/api-keys', { name: word, scopes: ['read'] })).json.id
  const webhook = (await post('/v1/webhooks', { url: hook, description: word })).json.id
  await post('/v1/webhooks', { url: hook, description: word, disabled: true })
  const deleted = (await post('/v1/webhooks', { url: hook, description: word })).json.id
  await call('DELETE', `/v1/webhooks/${deleted}`)

  await makeField(account, 'owner', 'user')
  const field = (await makeField(account, word, 'text', { filterable: true })).id

  const body = {
    firstName: word,
    lastName: word,
    email: `${word}@example.com`,
    phone: '212-555-0142',
    notes: word,
    title: word,
    company: word,
    streetAddress: word,
    city: word,
    state: word,
    labels: [word],
    stageId: stage,
    officeId: office,
    sourceId: source,
    userId: user,
    jobId: job,
    resume: resumeOf(word),
    custom: { [word]: word, owner: user },
  }
  const prospect = (await account.prospect(body)).json.id
  await call('PATCH', `/v1/prospects/${prospect}`, { resume: resumeOf(`${word}2`), licenseStatus: 'licensed' })
  const merged = (await account.prospect({ firstName: word, lastName: word, email: `${word}.2@example.com` })).json.id
  await post(`/v1/prospects/${prospect}/merge`, { duplicateId: merged })
  for (const n of [4, 5, 6])
    await account.prospect({ firstName: word, lastName: word, company: word, email: `${word}.${n}@example.com` })
  await call('POST', '/v1/labels', { name: `${word} 3` }, { 'idempotency-key': word })

  const file = await sendFile(
    account,
    `name,email,${word}\n${word} ${word},${word}.3@example.com,${word}\n${word},x,\n`,
  )
  await runOnce(account, file.json.id)
  const queued = (await sendFile(account, `name\n${word} ${word}\n`)).json.id

  const ping = (await post(`/v1/webhooks/${webhook}/ping`)).json
  const endpoint = endpointAnswers(() => new Response(word, { status: 500 }))
  const due = await rows<object>(
    `SELECT account_id AS accountId, webhook_id AS webhookId, event_seq AS eventSeq, next_at AS nextAt
     FROM deliveries WHERE account_id = ? AND next_at IS NOT NULL ORDER BY event_seq LIMIT 1`,
    account.id,
  )
  await consume(due, 'prospect-webhooks-slow')
  endpoint.mockRestore()

  // rows that exist only while work is in progress
  const moment: [string, ...unknown[]][] = [
    [
      `INSERT INTO moves (account_id, kind, from_id, to_id, key_id, tried_at) VALUES (?1, 'offices', ?2, ?3, ?4, 0)`,
      ...[account.id, `${word}-from`, `${word}-to`, key],
    ],
    [
      'INSERT INTO feed_entries (account_id, event_seq, next_at) SELECT account_id, seq, 0 FROM events WHERE account_id = ? LIMIT 1',
      account.id,
    ],
  ]
  await env.DB.batch(moment.map(([sql, ...values]) => env.DB.prepare(sql).bind(...values)))

  return {
    account,
    named: {
      ...{
        account: account.id,
        key,
        pipe,
        stage,
        label,
        source,
        office,
        user,
        job,
        field,
        prospect,
        merged,
        webhook,
        deleted,
      },
      ...{ import: file.json.id, queued, delivery: ping.id, event: ping.eventId },
      ...{ word, email: `${word}@example.com`, phone: '+12125550142' },
    } as Record<string, string>,
  }
}
