import type { Database } from '../db/client'
import type { InputError } from '../http/factory'
import { learnFields, queryFields, recallFields } from './custom-fields'
import { customInput, parseCustom } from './custom-values'

/** What is wrong with the `custom` of a body that is rejected anyway. One round trip if the body has a `custom`. */
export async function findCustomErrors(db: Database, accountId: string, body: unknown): Promise<InputError[]> {
  const { data: custom } = customInput.safeParse((body as { custom?: unknown } | null)?.custom)
  if (!custom) return []
  const known = recallFields(accountId)
  const [catalog] = await queryFields(db, accountId, known)
  if (!catalog) return []
  const { fields } = learnFields(accountId, known, catalog.version, catalog.fields)
  return parseCustom(custom, fields, null, new Set()).errors
}
