import fc from 'fast-check'
import { CreateProspect } from '../../src/prospects/schema'
import { writeProspects } from '../../src/prospects/store'
import { toCreateRequest } from '../../src/prospects/write-request'
import type { Account } from './api'
import { callerOf, databaseFor, noOutbox } from './callers'
import { rows } from './d1'

/** The filters of a list as values, before they become a query. */
export interface Asked {
  /** Words. */
  q?: string[]
  email?: string
  phone?: string
  name?: string
  title?: string
  company?: string
  city?: string
  state?: string
  postalCode?: string
  stage?: string
  label?: string[]
  excludeLabel?: string[]
}

/** A prospect with every value that a filter can match. */
export interface Member {
  id: string
  firstName: string
  lastName: string
  email: string | null
  phone: string | null
  title: string | null
  company: string | null
  city: string | null
  state: string | null
  postalCode: string | null
  labels: string[]
  stage: { id: string; name: string }
}

const LABELS = ['Hot', 'Cold', 'Inbound', 'VIP', 'Été', 'Spring 2026', 'Rare']
const PHONES = ['+12125550100', '+12125550101', '+12125550102']

const person = fc.record({
  firstName: fc.constantFrom('José', 'Jose', 'JOSEPH', 'Ann', 'Anna', 'Zoë', 'Jean-Luc', 'Mary Ann'),
  lastName: fc.constantFrom('Nerúda', 'Neruda', 'Ner', 'Lee', 'Smith-Jones', 'Müller', "O'Neil", 'de la Cruz'),
  hasEmail: fc.nat(3).map((n) => n > 0),
  phone: fc.option(fc.constantFrom(...PHONES)),
  title: fc.constantFrom(null, 'Agent', 'Senior Agent', 'Broker / agent', 'Team Lead', 'Agént agent'),
  company: fc.constantFrom(null, 'Acme Realty', 'Acmé', 'Realty One', 'Century 21', 'Ann & Lee Realty'),
  city: fc.constantFrom(null, 'New York', 'York', 'Nürnberg'),
  state: fc.constantFrom(null, 'NY', 'New Jersey'),
  postalCode: fc.constantFrom(null, '10001', 'YO1 7HH'),
  labels: fc.subarray(LABELS, { maxLength: 4 }),
  stage: fc.nat(20),
})

/** Makes sixty people, always the same ones, and returns them newest first. Stages share names across pipelines. */
export async function makeFilterableProspects(account: Account): Promise<Member[]> {
  await account.post('/v1/pipelines', { name: 'Experienced', stages: ['New', 'Offer', 'Closed'] })
  await account.post('/v1/pipelines', { name: 'Alumni', stages: ['Old', 'NEW'] })
  const stages: { id: string; name: string }[] = (await account.get('/v1/stages')).json.items
  const people = fc.sample(person, { seed: 7, numRuns: 60 }).map(({ hasEmail, phone, stage, ...rest }, n) => ({
    ...rest,
    email: hasEmail ? `p${n}@example.com` : null,
    phone: hasEmail ? phone : `+1646555${1000 + n}`,
    stage: stages[stage % stages.length] as { id: string; name: string },
  }))
  const rows = people.map(({ stage, ...body }) => CreateProspect.parse({ ...body, stageId: stage.id }))
  const ids: string[] = []
  for (let n = 0; n < 60; n += 20) {
    const requests = rows.slice(n, n + 20).map((row) => toCreateRequest(row, 'US'))
    const options = { source: 'api', outbox: noOutbox } as const
    const { outcomes } = await writeProspects(databaseFor(account), callerOf(account), requests, options)
    ids.push(...outcomes.map(({ record }) => record.id))
    // the next ones have another time
    await scheduler.wait(2)
  }
  return people.map((body, n) => ({ ...body, id: ids[n] ?? '' })).reverse()
}

/** Values of each filter. Some match many of the prospects, some a few, and some none of them. */
export const VALUES = (crowd: Member[]): { [F in keyof Asked]-?: fc.Arbitrary<NonNullable<Asked[F]>> } => {
  const anyCase = (s: string) => fc.constantFrom(s, s.toUpperCase(), s.toLowerCase())
  const emails = crowd.flatMap(({ email }) => email ?? [])
  const labels = fc.uniqueArray(fc.constantFrom(...LABELS, 'Unused', 'Rar').chain(anyCase), {
    minLength: 1,
    maxLength: 5,
  })
  const texts = ['jos', 'NÉR', 'a', 'ann', 'Acme', 'agent', 'lee', 'realty', "o'n", 'eruda', '&']
  const phones = ['2125', '(212) 555-0101', '+1 212', '+1 646 555', '16465551', '64655510', '0100']
  return {
    q: fc
      .tuple(
        fc.subarray(texts, { minLength: 1, maxLength: 3 }),
        fc.option(fc.constantFrom(...phones, ...emails, 'P1', 'p2@EX')),
      )
      .map(([words, other]) => (other ? [...words.slice(1), other] : words)),
    email: fc.constantFrom(...emails, 'nobody@example.com', 'p1', 'no e-mail').chain(anyCase),
    phone: fc.constantFrom('(212) 555-0100', '2125550101', '+1 212.555.0102', '646-555-1000', '212-155-0100', 'Hot'),
    name: fc.constantFrom(
      'jos',
      'jos ner',
      'NER JOS',
      'ann',
      'lee a',
      'jean luc',
      "o'n",
      'mü',
      'cruz de',
      'eruda',
      '&',
    ),
    title: fc.constantFrom('agent', 'sen ag', 'AGÉ', 'lead team', 'broker', 'ent', '/', 'agent agent'),
    company: fc.constantFrom('acme', 'realty', 'one real', '21', 'cent 2', 'ann realty lee', 'cme', '-'),
    city: fc.constantFrom('york', 'new y', 'NUR', 'ork', '!'),
    state: fc.constantFrom('n', 'new', 'NY', 'york'),
    postalCode: fc.constantFrom('100', 'yo1 7', '10001', '0001'),
    stage: fc.constantFrom(
      ...crowd.map(({ stage }) => stage.id),
      'new',
      'Offer',
      'OLD',
      'Interview',
      'stg_nope',
      'Nowhere',
    ),
    label: labels,
    excludeLabel: labels,
  }
}

/** A simple model of the contract: the prospects that pass all filters, in the order of the list. */
export function expectedOf(crowd: Member[], asked: Asked): Member[] {
  const wordsIn = (text: string) =>
    text
      .normalize('NFD')
      .replace(/[\u0300-\u036f]/g, '')
      .toLowerCase()
      .split(/[^a-z0-9]+/)
      .filter((word) => word !== '')
  const begins = (field: string | null, text: string) =>
    wordsIn(text).length > 0 && wordsIn(text).every((w) => wordsIn(field ?? '').some((word) => word.startsWith(w)))
  const same = (a: string, b: string) => a.toLowerCase() === b.toLowerCase()
  const digits = (text: string) => text.replace(/\D/g, '').replace(/^1/, '')
  const has: { [F in keyof Asked]-?: (p: Member, value: NonNullable<Asked[F]>) => boolean } = {
    email: (p, value) => p.email !== null && same(p.email, value),
    phone: (p, value) => p.phone !== null && digits(p.phone) === digits(value),
    name: (p, value) => begins(`${p.firstName} ${p.lastName}`, value),
    title: (p, value) => begins(p.title, value),
    company: (p, value) => begins(p.company, value),
    city: (p, value) => begins(p.city, value),
    state: (p, value) => begins(p.state, value),
    postalCode: (p, value) => begins(p.postalCode, value),
    stage: (p, value) => p.stage.id === value || same(p.stage.name, value),
    label: (p, value) => p.labels.some((label) => value.some((asked) => same(label, asked))),
    excludeLabel: (p, value) => !has.label(p, value),
    q: (p, value) =>
      value.some((word) => /\w/.test(word)) &&
      value.every((word) => {
        if (word.includes('@')) return p.email?.startsWith(word.toLowerCase()) ?? false
        const number = word.replace(/\D/g, '')
        const isNumber = number.length >= 4 && !/[a-z]/i.test(word)
        const starts = ['+', ...(word.startsWith('+') ? [] : ['+1'])].map((start) => start + number)
        if (isNumber && starts.some((start) => p.phone?.startsWith(start))) return true
        const texts = [p.firstName, p.lastName, p.title, p.company].filter((text) => text !== null)
        return wordsIn(word).every((each) => texts.some((text) => begins(text, each)))
      }),
  }
  const fields = Object.keys(asked) as (keyof Asked)[]
  return crowd.filter((p) => fields.every((field) => has[field](p, asked[field] as never)))
}

/** Filters as a query. */
export const queryOf = ({ label = [], excludeLabel = [], q, ...one }: Asked): string =>
  new URLSearchParams([
    ...Object.entries({ ...one, ...(q && { q: q.join(' ') }) }),
    ...label.map((name) => ['label', name] as [string, string]),
    ...excludeLabel.map((name) => ['excludeLabel', name] as [string, string]),
  ]).toString()

/** The email and the phone of a person. The phone is E.164. */
export type Person = [email: string | null, phone: string | null]

/** Inserts prospects, the oldest first, even if the API would match them. Returns their ids. */
export async function people(account: Account, ...given: Person[]): Promise<string[]> {
  const { outcomes } = await writeProspects(
    databaseFor(account),
    callerOf(account),
    given.map((_, n) =>
      toCreateRequest(CreateProspect.parse({ firstName: 'Pat', lastName: 'Doe', email: `${n}@people.example` }), 'US'),
    ),
    { source: 'api', outbox: noOutbox },
  )
  const ids = outcomes.map(({ record }) => record.id)
  await rows(
    `UPDATE prospects SET email = g.value ->> '$[1][0]', phone = g.value ->> '$[1][1]'
     FROM json_each(?2) g WHERE account_id = ?1 AND prospects.id = g.value ->> '$[0]'`,
    account.id,
    JSON.stringify(ids.map((id, n) => [id, given[n]])),
  )
  return ids
}
