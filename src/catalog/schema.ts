import * as z from 'zod'
import { ListQuery } from '../http/page'
import { flagParameter, parameter } from '../http/text'

/** The query of a catalog list. */
export const ListItems = z.strictObject({ ...ListQuery.shape, counts: flagParameter(false) })
export type ListItems = z.output<typeof ListItems>

/** The query of a deletion. */
export const DeleteItem = z.strictObject({ moveTo: parameter().optional() })
