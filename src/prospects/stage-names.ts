import { invalidInput } from '../http/errors'
import { nameKey, shorten } from '../http/text'
import type { References } from './plan'
import type { ProspectRecord } from './prospect'
import type { Change } from './write-request'

/** The most bytes of the names that an error lists. */
const MAX_LIST = 600

/**
 * The change with ids in place of the names of its stage and pipeline. A given id wins over the name. Without a pipeline, the
 * stage is one of the prospect's own pipeline, or else of the default pipeline, or else the only one of this name. Throws 400
 * with the names that exist if there is no such stage or pipeline.
 */
export function withStageIds(change: Change, record: ProspectRecord | null, references: References): Change {
  const { stage, pipeline, ...rest } = change
  if (rest.stageId || (!stage && !pipeline)) return rest
  const { stagesNamed, pipelinesNamed, stageList, pipelineList, defaultStage } = references
  const named = pipeline && !rest.pipelineId ? pipelinesNamed.get(nameKey(pipeline)) : undefined
  if (pipeline && !rest.pipelineId && !named) throw unknownName('pipeline', pipelineList)
  const pipelineId = rest.pipelineId ?? named?.pipelineId
  if (!stage) return { ...rest, pipelineId }
  const found = stagesNamed.get(nameKey(stage)) ?? []
  const own = found.find((each) => each.pipelineId === (pipelineId ?? record?.stage?.pipelineId))
  const only =
    found.find((each) => each.pipelineId === defaultStage.pipelineId) ?? (found.length === 1 ? found[0] : undefined)
  const stageId = (own ?? (pipelineId ? undefined : only))?.id
  if (stageId) return { ...rest, stageId }
  if (found.length > 1 && !pipelineId)
    throw invalidStage('Several pipelines have a stage of this name. Name the pipeline too.')
  throw unknownName(
    'stage',
    stageList.filter((each) => !pipelineId || each.pipelineId === pipelineId).map(({ name }) => name),
  )
}

/** The message does not quote the name, because errors of imports are kept after an erasure. */
function unknownName(what: 'stage' | 'pipeline', names: string[]) {
  const list = shorten([...new Set(names)].map((name) => JSON.stringify(name)).join(', '), MAX_LIST)
  return invalidStage(`There is no ${what} of this name. The ${what}s are ${list}.`, what)
}

const invalidStage = (message: string, field: 'stage' | 'pipeline' = 'stage') =>
  invalidInput([{ in: 'body', pointer: `/${field}`, code: 'unknown_name', message }])
