import { sha256 } from './client'
import { type Check, eventsOf, living, type Run } from './run'
import { marksIn, type Person, type Tenant } from './tenants'

/** Whoever was written last shows that write, whole; who was erased is gone. Where there was no answer, either. */
export function* present(run: Run) {
  let looked = 0
  for (const t of living(run)) {
    const rows = Map.groupBy(
      run.stored.rows('SELECT * FROM prospects WHERE account_id = ?', t.id),
      ({ company }) => marksIn(company)[0],
    )
    const merged = new Map(
      run.stored.rows('SELECT id, into_id FROM merges WHERE account_id = ?', t.id).map((m) => [m.id, m.into_id]),
    )
    const last = (p: Person): Person => (p.mergedInto ? last(p.mergedInto) : p)
    const objects = run.stored.objects()
    for (const p of t.people) {
      looked++
      const [row, ...more] = rows.get(p.n) ?? []
      rows.delete(p.n)
      if (more.length > 0) yield `${p.n} is there ${more.length + 1} times`
      if (p.mergedInto) {
        const into = merged.get(p.id)
        const survivor = last(p)
        const isThere =
          into === survivor.id ? survivor.may[0] !== null : survivor.may.includes(null) && into === undefined
        if (row || !isThere)
          yield `${p.id} was merged into ${survivor.id}, and is ${row ? 'there' : `merged into ${into}`}`
        continue
      }
      const token = row ? row.company : null
      if (!p.may.includes(token)) yield `${p.id} (${p.email ?? p.phone}) is ${token}, and can be ${p.may}`
      if (!row) continue
      if (row.title !== `Agent ${token}` || row.notes !== `As of ${token}.` || row.last_name !== `Soak${p.n}x`)
        yield `${row.id} is not whole: ${token}, ${row.title}, ${row.notes}`
      if (p.id && row.id !== p.id) yield `${p.n} is ${row.id}, and was ${p.id}`
      const resume = JSON.parse(row.resume)
      if (!p.resumes.includes(resume?.hash ?? null))
        yield `${row.id} has the resume ${resume?.hash}, and can have ${p.resumes}`
      const blob = resume && objects.get(resume.key)
      if (resume && (!blob || sha256(run.stored.bytesOf(blob)) !== resume.hash))
        yield `the bytes of ${resume.key} are not there`
    }
    for (const [n] of rows) yield `${n} was never written`
  }
  return looked
}

/** However often a write was sent, there is one event of it. */
export function* once(run: Run) {
  let looked = 0
  for (const t of living(run)) {
    const told = new Map<string, number>()
    for (const { type, data, prospect_id } of eventsOf(run, t)) {
      const { prospect, changes, mergedId } = JSON.parse(data)
      if (prospect.erased) continue
      const of = { 'prospect.created': prospect.company, 'prospect.deleted': prospect_id, 'prospect.merged': mergedId }
      const token = of[type as keyof typeof of] ?? changes?.company?.to
      if (token) told.set(`${type} ${token}`, (told.get(`${type} ${token}`) ?? 0) + 1)
    }
    for (const [what, n] of told) if (n > 1) yield `${what}: ${n} times`
    for (const p of t.people.filter((p) => !p.mergedInto && !p.may.includes(null)))
      for (const { type, token } of p.writes) {
        looked++
        if (!told.has(`${type} ${token}`)) yield `${type} ${token} is not on the record`
      }
  }
  return looked
}

export const imported: Check = function* (run) {
  let looked = 0
  for (const t of living(run))
    for (const { id, rows, refused } of t.imports) {
      looked++
      const [row] = run.stored.rows('SELECT * FROM imports WHERE account_id = ? AND id = ?', t.id, id)
      const counted = row && [row.status, row.read, row.created, row.failed, row.bytes_done]
      const wanted = ['completed', rows + refused, rows, refused, row?.bytes]
      if (JSON.stringify(counted) !== JSON.stringify(wanted)) yield `${id}: ${counted} and not ${wanted}`
    }
  return looked
}

/** Things in the catalog are called as they were renamed, those that were moved are gone, and the count of all is exact. */
export const catalog: Check = function* (run) {
  let looked = 0
  const find = (t: Tenant, of: string) => {
    looked++
    const [kind, id] = of.split(' ') as [string, string]
    return run.stored.rows(`SELECT name FROM ${kind} WHERE account_id = ? AND id = ?`, t.id, id)[0]?.name
  }
  const kinds = ['pipelines', 'stages', 'labels', 'sources', 'offices', 'users', 'jobs']
  const size = kinds.map((kind) => `(SELECT count(*) FROM ${kind} WHERE account_id = accounts.id)`).join(' + ')
  for (const { id, n } of run.stored.rows(`SELECT id, catalog_size - (${size}) AS n FROM accounts WHERE n <> 0`))
    yield `the catalog of ${id} has ${-n} more things than are counted`
  for (const t of living(run)) {
    for (const { of, may } of t.things)
      if (!may.includes(find(t, of))) yield `${of} is ${find(t, of)}, and can be ${may}`
    for (const of of t.moved) if (find(t, of) !== undefined) yield `${of} was moved away, and is there`
  }
  return looked
}
