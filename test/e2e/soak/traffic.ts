import { openAccounts } from './accounts'
import type { Client } from './client'
import { openPeople } from './people'
import type { Person, Tenant } from './tenants'

/** A mix of calls, of which each is made whatever has become of those before. */
export function openTraffic(client: Client) {
  const people = openPeople(client)
  const accounts = openAccounts(client)
  const background: Promise<unknown>[] = []

  // how many of a hundred calls each is
  const ofPeople: [number, (t: Tenant, p: Person) => Promise<unknown>][] = [
    [6, people.match],
    [10, people.update],
    [13, people.patch],
    [4, people.patchIfUnchanged],
    [4, people.merge],
    [6, people.erase],
    [7, people.read],
    [5, people.find],
    [1, people.timeline],
    [3, people.upload],
    [2, people.download],
    [1, people.removeResume],
    [1, people.move],
  ]
  const ofSomebody = (call: (t: Tenant, p: Person) => Promise<unknown>) => async (t: Tenant) => {
    const p = client.take(t)
    if (!p) return people.create(t)
    await call(t, p)
    if (!p.mergedInto && p.may[0] !== null) client.putBack(t, p)
  }
  const mix: [number, (t: Tenant) => Promise<unknown>][] = [
    [24, people.create],
    ...ofPeople.map(([share, call]): [number, (t: Tenant) => Promise<unknown>] => [share, ofSomebody(call)]),
    [7, accounts.list],
    [4, accounts.follow],
    [1, accounts.exportAll],
    [1, accounts.rename],
  ]
  const hundred = mix.flatMap(([share, call]) => Array.from({ length: share }, () => call))

  /** Makes each kind of call once, after each other; who has a resume and a merged duplicate in the end is left alone. */
  async function oneOfEach(t: Tenant) {
    for (let n = 0; n < 10; n++) await people.create(t)
    for (const [, call] of mix) await call(t)
    const p = client.take(t) as Person
    await people.upload(t, p)
    await people.merge(t, p)
  }

  /** Makes one call, whatever comes next, and does not wait for it. */
  function next(t: Tenant) {
    start(client.pick(hundred)(t))
  }
  function start(one: Promise<unknown>) {
    background.push(one.catch((error) => client.wrong.push(String(error))))
  }

  return {
    oneOfEach,
    next,
    follow: accounts.follow,
    importFile: (...[t, rows, muted]: Parameters<typeof accounts.importFile>) =>
      start(accounts.importFile(t, rows, muted)),
    /** Resolves when all that was begun has ended. */
    async ended() {
      for (let n = 0; n < background.length; n++) await background[n]
    },
  }
}
