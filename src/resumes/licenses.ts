import { at } from './contact'
import type { ParsedResume } from './parsed'
import type { Placed } from './sections'

type License = ParsedResume['licenses'][number]

export const licensesOf = (_lines: Placed[]): License[] => [].map(() => at as never)
