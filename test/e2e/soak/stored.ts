import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

/** What a service that has ended left in its folder: its database, and its objects in R2. */
export function openStored(folder: string) {
  const open = (kind: string) => {
    const files = join(folder, 'v3', kind)
    const file = readdirSync(files).find((name) => /^[0-9a-f]{64}\.sqlite$/.test(name)) as string
    return new DatabaseSync(join(files, file), { enableForeignKeyConstraints: false })
  }
  const d1 = open('d1/miniflare-D1DatabaseObject')
  const r2 = open('r2/miniflare-R2BucketObject')
  const rows = <T = Record<string, any>>(sql: string, ...values: (string | number | null)[]) =>
    d1.prepare(sql).all(...values) as T[]
  const tables = rows<{ name: string }>(
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT GLOB '_cf_*' AND name NOT GLOB 'sqlite_*' AND name <> 'd1_migrations'",
  ).map(({ name }) => name)
  return {
    d1,
    r2,
    rows,
    /** The product's tables, and the columns of each. */
    tables: new Map(
      tables.map((table) => [
        table,
        rows('SELECT name FROM pragma_table_info(?)', table).map(({ name }) => name as string),
      ]),
    ),
    /** The keys of all objects, and where the bytes of each are. */
    objects: () =>
      new Map(
        (r2.prepare('SELECT key, blob_id FROM _mf_objects').all() as { key: string; blob_id: string }[]).map(
          ({ key, blob_id }) => [key, blob_id],
        ),
      ),
    bytesOf: (blob: string) => readFileSync(join(folder, 'v3/r2/prospect-resumes/blobs', blob)),
    close() {
      d1.close()
      r2.close()
    },
  }
}

export type Stored = ReturnType<typeof openStored>
