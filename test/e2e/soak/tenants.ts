import { openEndpoint } from '../service'

/** Somebody that the traffic writes. All texts of them have a mark of their own, by which they are found wherever they are. */
export interface Person {
  n: number
  id?: string
  email: string | null
  phone: string | null
  /** What it can be by now: the token of its last write, or null where it is not there. Several, if a write had no answer. */
  may: (string | null)[]
  /** SHA-256 of its resume, hex, or null; several likewise. */
  resumes: (string | null)[]
  mergedInto?: Person
  /** How many writes were sent. */
  sent: number
  /** Those that were acknowledged and of which an event tells. */
  writes: { type: string; token: string; muted: boolean }[]
}

/** An endpoint of an account. */
export interface Endpoint {
  id: string
  name: string
  types: string[]
  /** Whether all that it should get has to have arrived in the end. */
  well: boolean
  /** What was sent when this was acknowledged, Unix ms, or later, has to have a delivery. */
  since: number
  /** Events that it has taken, by id, and how often. */
  taken: Map<string, number>
  /** What it has taken, in terms of the traffic: `type token`. */
  told: Set<string>
  /** Ids of people that arrived, and the events about each. */
  about: Map<string, Set<string>>
}

/** An account, and what it has according to its traffic. */
export interface Tenant {
  id: string
  key: string
  name: string
  /** When it was deleted, ms. */
  deletedAt?: number
  people: Person[]
  /** Those that no call is about just now, and of whom it is known what they are. */
  idle: Person[]
  endpoints: Endpoint[]
  /** Ids of stages, offices, sources, users and jobs that stay. */
  has: Record<'stages' | 'offices' | 'sources' | 'users' | 'jobs', string[]>
  pipelineId: string
  /** Things in the catalog, as `kind id`, and what each can be called by now. */
  things: { of: string; may: string[] }[]
  /** Things in the catalog that were moved to others, as `kind id`. */
  moved: string[]
  imports: { id: string; rows: number; refused: number }[]
  /** Events that the feed told of, each time read on from the last. */
  feed: string[]
  isReading: boolean
}

/** Labels that people have, and that lists ask for. */
export const LABELS = Array.from({ length: 12 }, (_, n) => `Label ${n}`)

/** The mark of a person, in the middle of a token or of anything else that was written of them. */
const MARK = /soak(\d+)x|\+1212(2\d{6})/gi
const FIRST_PHONE = 2_000_000

export const tokenOf = ({ n }: Person, write: number) => `soak${n}x${write}`
export const phoneOf = (n: number) => `+1212${FIRST_PHONE + n}`

/** Whose marks are in a text. */
export const marksIn = (text: string): number[] =>
  [...text.matchAll(MARK)].map(([, n, phone]) => (n === undefined ? Number(phone) - FIRST_PHONE : Number(n)))

/** What an endpoint has at heart: to answer at once, late, wrongly, … */
export interface Mood {
  name: string
  types?: string[]
  well: boolean
  /** What becomes of an event; `first`: it is seen for the first time. A body of true: it quotes what it was sent. */
  answer(first: boolean, count: number): Promise<[number, boolean?] | null> | [number, boolean?] | null
}

/** Opens an endpoint that keeps account of what it takes. `url` is what to register. */
export async function openTaker({ name, types = [], well, answer }: Mood): Promise<Endpoint & { url: string }> {
  const endpoint = { id: '', name, types, well, since: 0, taken: new Map(), told: new Set<string>(), about: new Map() }
  const seen = new Set<string>()
  const url = await openEndpoint(async ({ json: { id, type, data } }) => {
    const first = !seen.has(id)
    seen.add(id)
    const answered = await answer(first, seen.size)
    if (!answered) return null
    const [status, quotes] = answered
    if (status < 300) {
      const { prospect, changes, mergedId } = data
      endpoint.taken.set(id, (endpoint.taken.get(id) ?? 0) + 1)
      // only what the write itself changed: what a later event shows of the prospect may come from one that was muted
      const token = {
        'prospect.created': prospect.company,
        'prospect.deleted': prospect.id,
        'prospect.merged': mergedId,
      }
      endpoint.told.add(`${type} ${token[type as keyof typeof token] ?? changes?.company?.to}`)
      endpoint.about.set(prospect.id, (endpoint.about.get(prospect.id) ?? new Set()).add(id))
    }
    return [status, quotes ? JSON.stringify(data) : '']
  })
  return Object.assign(endpoint, { url })
}
