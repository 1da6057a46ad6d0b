import { createHash } from 'node:crypto'
import { at, pdf } from '../../../packages/resume-parser/test/documents'
import { type Answered, type Asked, ask, insist } from '../caller'
import { type Person, phoneOf, type Tenant, tokenOf } from './tenants'

/** How long an answer is waited for, ms: only who died does not give one. */
const PATIENCE = 60_000

/** An answer; null: none, so that it may have been done or not; undefined: it was not done. */
type Sent = Answered | null | undefined

/** What was counted of one kind of call. */
interface Count {
  calls: number
  unanswered: number
  /** How long answers took, ms. */
  times: number[]
}

/**
 * Somebody who calls, and keeps account of what each write may have done. `origin` is where the service is now. What is
 * answered and should not be is in `wrong`.
 */
export function openClient(origin: () => string, random: () => number) {
  const counts = new Map<string, Count>()
  const wrong: string[] = []
  let people = 0
  let keys = 0
  /** An `Idempotency-Key`; it has nothing of the people in it. */
  const nextKey = () => `key ${keys++}`

  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T
  const draw = <T>(from: T[]): T | undefined => from.splice(Math.floor(random() * from.length), 1)[0]
  const chance = (p: number) => random() < p
  const some = <T>(from: readonly T[], most: number) =>
    Array.from({ length: Math.floor(random() * (most + 1)) }, () => pick(from))

  /** Somebody to call about, if there is anybody; whoever took them puts them back. */
  const take = (t: Tenant): Person | undefined => draw(t.idle)
  const putBack = (t: Tenant, p: Person) => void (p.may.length === 1 && p.resumes.length === 1 && t.idle.push(p))

  /** A call about an account. A 503 is no answer. */
  async function send(
    t: Tenant,
    what: string,
    asked: Omit<Asked, 'key'>,
    expected: number[],
    insists = false,
  ): Promise<Sent> {
    const count = counts.get(what) ?? { calls: 0, unanswered: 0, times: [] }
    counts.set(what, count)
    count.calls++
    const start = performance.now()
    const whole = { timeout: PATIENCE, ...asked, key: t.key }
    const given = insists ? await insist(origin, whole) : await ask(origin(), whole)
    if (!given || given.status === 503) {
      count.unanswered++
      return given && null
    }
    count.times.push(performance.now() - start)
    // nothing of it is looked at any more
    if (t.deletedAt !== undefined && [401, 404].includes(given.status)) return
    if (!expected.includes(given.status)) {
      wrong.push(`${what}: ${given.status} ${given.bytes.toString().slice(0, 300)}`)
      return
    }
    return given
  }

  /** A POST, most often under a key, so that it is repeated until it is answered, and sometimes once more. */
  async function post(t: Tenant, what: string, path: string, body: object, expected: number[], keyed = chance(0.7)) {
    if (!keyed) return send(t, what, { method: 'POST', path, body }, expected)
    const asked = { method: 'POST', path, body, headers: { 'idempotency-key': nextKey() } }
    const answer = await send(t, what, asked, expected, true)
    if (answer && chance(0.05)) {
      const again = await send(t, 'the same again', asked, expected, true)
      if (again && (again.bytes.compare(answer.bytes) !== 0 || !again.headers.has('idempotent-replayed')))
        wrong.push(`${what} again: ${again.bytes} and not ${answer.bytes}`)
    }
    return answer
  }

  const newPerson = (t: Tenant, reachedBy = chance(0.15) ? 'phone' : 'email'): Person => {
    const n = people++
    const email = reachedBy === 'email' ? `soak${n}x@example.com` : null
    const phone = reachedBy === 'phone' || chance(0.3) ? phoneOf(n) : null
    const person: Person = { n, email, phone, may: [null], resumes: [null], sent: 0, writes: [] }
    t.people.push(person)
    return person
  }

  /** What each write sets together: it is there whole, or not at all. */
  function fieldsOf(p: Person) {
    const token = tokenOf(p, p.sent++)
    return { token, fields: { company: token, title: `Agent ${token}`, notes: `As of ${token}.` } }
  }

  /** Keeps account of a write, and says whether it is known to be done. */
  function record(p: Person, answer: Sent, write: Person['writes'][number], state: string | null) {
    if (answer === null) p.may.push(state)
    if (!answer) return false
    p.may = [state]
    p.writes.push(write)
    return true
  }

  /** Likewise of what was done to a resume. */
  function recordResume(p: Person, answer: Sent, hash: string | null) {
    if (answer !== undefined) p.resumes = answer ? [hash] : [...p.resumes, hash]
  }

  return {
    counts,
    wrong,
    nextKey,
    pick,
    draw,
    chance,
    some,
    take,
    putBack,
    send,
    post,
    newPerson,
    fieldsOf,
    record,
    recordResume,
  }
}

export type Client = ReturnType<typeof openClient>

export const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

/** A small resume that is not sure of anything that would change what was written of the person, as text or PDF. */
export function resumeOf(p: Person, token: string, asPdf: boolean) {
  const lines = [`Given Soak${p.n}x`, p.email ?? '', '', 'Experience', `Agent, ${token} Realty, 2019 - 2021`]
  const written = lines.map((line, i) => at(50, 740 - 16 * i, `(${line}) Tj`)).join('')
  // its text is packed: the mark is in plain letters too
  const bytes = Buffer.from(asPdf ? pdf([written], { page: `/Mark(${token})` }) : `${lines.join('\n')}\n`)
  const [ending, contentType] = asPdf ? ['pdf', 'application/pdf'] : ['txt', 'text/plain']
  return { bytes, hash: sha256(bytes), named: { fileName: `${token}.${ending}`, contentType: contentType as string } }
}
