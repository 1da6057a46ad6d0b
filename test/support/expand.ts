import type { Table } from './live-data'

/**
 * Why a migration from one schema to another may not be applied while the code of the first one runs: it has to leave
 * that code every table, column, index (queries name them) and trigger as it was (expand). What nothing uses any more is dropped by a
 * later migration, whose file begins with `-- contract:` and what no longer uses it. Not even that one drops, renames or
 * rebuilds a table which others refer to: D1 has foreign keys on, so their rows would go too.
 */
export function refusals(before: Table[], after: Table[], contract: boolean): string[] {
  const parents = new Set(before.flatMap(({ references }) => references.map(({ table }) => table)))
  return before.flatMap((old) => {
    const now = after.find(({ name }) => name === old.name)
    const isParent = parents.has(old.name)
    if (!now) return isParent || !contract ? [`${isParent ? 'parent' : 'table'} ${old.name} is gone`] : []
    if (now.rowid !== old.rowid && (isParent || !contract))
      return [`${isParent ? 'parent' : 'table'} ${old.name} is rebuilt`]
    if (contract) return []
    const columns = new Map(now.columns.map((column) => [column.name, column]))
    return [
      ...old.columns
        .filter((column) => JSON.stringify(columns.get(column.name)) !== JSON.stringify(column))
        .map(({ name }) => `column ${old.name}.${name} is gone or another`),
      ...Object.keys(old.indexes)
        .filter((name) => now.indexes[name] !== old.indexes[name])
        .map((name) => `index ${name} is gone or another`),
      ...Object.keys(now.indexes)
        .filter((name) => !old.indexes[name] && now.indexes[name]?.startsWith('CREATE UNIQUE '))
        .map((name) => `unique index ${name} is new`),
      ...Object.keys(old.triggers)
        .filter((name) => !now.triggers[name])
        .map((name) => `trigger ${name} is gone`),
    ]
  })
}
