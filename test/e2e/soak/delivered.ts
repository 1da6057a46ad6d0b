import { type Check, type Event, eventsOf, living, MARGIN } from './run'
import type { Endpoint } from './tenants'

/** How long a delivery may be overdue in the end, ms: a claim of somebody who died, and the schedule. */
const OVERDUE = 180_000

/** What an endpoint should have got: all since it was registered that it asked for. */
const isFor = ({ types, since }: Endpoint, { muted, type, seq }: Event) =>
  !muted && (types.length === 0 || types.includes(type)) && seq / 1000 > since + MARGIN

export const delivered: Check = function* (run) {
  let looked = 0
  for (const t of living(run)) {
    const events = eventsOf(run, t)
    for (const endpoint of t.endpoints.filter(({ well }) => well)) {
      for (const event of events.filter((e) => isFor(endpoint, e))) {
        looked++
        if (!endpoint.taken.has(event.id)) yield `${endpoint.name} did not get ${event.type} ${event.id}`
      }
      if (endpoint.since > 0 || endpoint.types.length > 0) continue
      // and whatever the database says: what was answered, has arrived
      for (const p of t.people) {
        const loud = p.writes.filter(({ muted }) => !muted)
        // about somebody who is erased it may say no more than that something was
        const isErased = p.may.includes(null) || p.mergedInto
        const about = p.id ? (endpoint.about.get(p.id)?.size ?? 0) : loud.length
        if (isErased && !p.mergedInto && about < loud.length)
          yield `${endpoint.name} got ${about} of ${loud.length} of ${p.id}`
        if (!isErased)
          for (const { type, token } of loud)
            if (!endpoint.told.has(`${type} ${token}`)) yield `${endpoint.name} did not get ${type} ${token}`
      }
    }
  }
  return looked
}

export const unasked: Check = function* (run) {
  let looked = 0
  for (const t of living(run)) {
    const events = new Map(eventsOf(run, t).map((event) => [event.id, event]))
    const muted = t.people.flatMap(({ writes }) =>
      writes.filter((w) => w.muted).map(({ type, token }) => `${type} ${token}`),
    )
    for (const { name, taken, told, types } of t.endpoints) {
      looked += taken.size
      for (const id of taken.keys()) {
        const event = events.get(id)
        if (!event || event.muted || (types.length > 0 && !types.includes(event.type)))
          yield `${name} got ${id}, which is ${event ? `${event.type}, muted ${event.muted}` : 'none'}`
      }
      for (const what of muted) if (told.has(what)) yield `${name} got ${what}, which was muted`
    }
  }
  return looked
}

export const feed: Check = function* (run) {
  let looked = 0
  for (const t of living(run)) {
    const events = eventsOf(run, t).filter(({ muted }) => !muted)
    looked += events.length
    const at = events.findIndex(({ id }, i) => id !== t.feed[i])
    if (at >= 0 || t.feed.length !== events.length)
      yield `the feed of ${t.name} told of ${t.feed.length} of ${events.length}, and is wrong from ${at} on: ${t.feed[at]}`
  }
  return looked
}

/** Each event that an endpoint was to get has a delivery, no other has, and each says what became of it. */
export const accounted: Check = function* (run) {
  let looked = 0
  for (const t of living(run)) {
    const events = eventsOf(run, t)
    const bySeq = new Map(events.map((event) => [event.seq, event]))
    for (const endpoint of t.endpoints) {
      const [webhook] = run.stored.rows('SELECT * FROM webhooks WHERE account_id = ? AND id = ?', t.id, endpoint.id)
      const deliveries = new Map(
        run.stored
          .rows(
            `SELECT d.*, (SELECT count(*) FROM attempts a WHERE a.account_id = d.account_id AND a.webhook_id = d.webhook_id
               AND a.event_seq = d.event_seq) AS logged FROM deliveries d WHERE account_id = ? AND webhook_id = ?`,
            ...[t.id, endpoint.id],
          )
          .map((d) => [d.event_seq, d]),
      )
      for (const d of deliveries.values()) {
        looked++
        const event = bySeq.get(d.event_seq)
        const which = `${endpoint.name}'s delivery of ${event?.id ?? `no event, ${d.event_seq}`} (${d.status})`
        if (!event || event.muted || (endpoint.types.length > 0 && !endpoint.types.includes(event.type))) yield which
        if (d.logged !== d.attempts) yield `${which}: ${d.logged} attempts are logged, and ${d.attempts} were made`
        const waits = d.next_at !== null || webhook?.waiting_since !== null
        if (d.status === 'pending' && (!waits || webhook?.disabled_at !== null)) yield `${which} waits for nothing`
        if (d.status === 'pending' && d.next_at !== null && d.next_at < run.endedAt - OVERDUE)
          yield `${which} is overdue`
        if (d.status !== 'pending' && (d.next_at !== null || d.finished_at === null)) yield `${which} has not ended`
        if (d.status === 'succeeded' && event && !endpoint.taken.has(event.id)) yield `${which} did not arrive`
        if (endpoint.well && d.status !== 'succeeded') yield `${which} should have arrived`
      }
      const until = webhook?.disabled_at ?? Number.POSITIVE_INFINITY
      for (const event of events)
        if (isFor(endpoint, event) && event.seq / 1000 < until - MARGIN && !deliveries.has(event.seq))
          yield `${endpoint.name} has no delivery of ${event.id}`
    }
  }
  return looked
}
