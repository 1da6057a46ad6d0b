import { accounted, delivered, feed, unasked } from './delivered'
import { erased, idle, objects, orphans } from './left'
import { flat } from './memory'
import type { Check, Run } from './run'
import { catalog, imported, once, present } from './written'

/** What has to hold in the end. */
export const CHECKS = {
  'what was acknowledged is there, whole, or erased': present,
  'what was acknowledged is on the record, once': once,
  'imports have written each row once': imported,
  'the catalog is as it was changed, and counted': catalog,
  'each event that is not muted has arrived': delivered,
  'nothing else has arrived': unasked,
  'the feed told of each event, once and in order': feed,
  'each delivery is accounted for': accounted,
  'no row is an orphan': orphans,
  'no object is an orphan, and none is missing': objects,
  'nothing is left of those who were erased': erased,
  'nothing is under way': idle,
  'memory is flat': flat,
} satisfies Record<string, Check>

/** Makes a check: how many things it looked at, and what is wrong. */
export function look(check: Check, run: Run): { looked: number; wrong: string[] } {
  const wrong: string[] = []
  const found = check(run)
  for (;;) {
    const { done, value } = found.next()
    if (done) return { looked: value as number, wrong }
    wrong.push(value as string)
  }
}
