import * as z from 'zod'
import { catalogFull, unknownReference } from '../http/errors'
import { id, LIST_PARAMETERS, type Operation, pageOf, type Section, text, textOrNull, time } from '../http/openapi'
import { alreadyExists, beingMoved, inUse, isDefault } from './errors'
import { KINDS } from './kinds'
import type { Item } from './store'

type Name = (typeof KINDS)[number]['name']

const named = {
  name: text('The name, in its first spelling.', 'Hot'),
  createdAt: time('When the item was created'),
  updatedAt: time('When the item was last changed'),
  prospectCount: z
    .int()
    .optional()
    .meta({ description: 'How many prospects use the item. Only in lists with `counts=true`.', example: 7 }),
}
const POSITION = 'Orders the list: lower positions come first. Items with the same position are ordered by name.'
const position = z.int().meta({ description: POSITION, example: 0 })
const schemas = {
  pipelines: z.object({
    id: id('pipe', 'pipeline'),
    ...named,
    position,
    isDefault: z.boolean().meta({ description: 'Whether new prospects start in this pipeline.' }),
  }),
  stages: z.object({
    id: id('stg', 'stage'),
    ...named,
    pipelineId: id('pipe', 'pipeline of the stage'),
    position,
    isDefault: z.boolean().meta({ description: 'Whether new prospects of the pipeline start in this stage.' }),
  }),
  labels: z.object({ id: id('lbl', 'label'), ...named }),
  sources: z.object({ id: id('src', 'source'), ...named }),
  offices: z.object({ id: id('off', 'office'), ...named }),
  users: z.object({ id: id('usr', 'user'), ...named, email: textOrNull('Email, in lower case.', 'ann@example.com') }),
  jobs: z.object({ id: id('job', 'job'), ...named }),
}
// fails to compile if a schema lacks a field that every item has
schemas satisfies Record<Name, z.ZodType<Pick<Item, 'id' | 'name' | 'createdAt' | 'updatedAt'>>>

/** Example bodies: of POST and of PATCH. */
const EXAMPLES: Record<Name, [post: object, patch: object]> = {
  pipelines: [
    { name: 'Recruiting', stages: ['New', 'Interview', 'Hired'] },
    { name: 'Hiring', isDefault: true },
  ],
  stages: [
    { name: 'Interview', pipelineId: 'pipe_01jd3v7x5c9q8m2k4n6p0r1s3t' },
    { name: 'First interview', position: 2 },
  ],
  labels: [{ name: 'Hot' }, { name: 'Very hot' }],
  sources: [{ name: 'Referral' }, { name: 'Recommended' }],
  offices: [{ name: 'Downtown' }, { name: 'Uptown' }],
  users: [{ name: 'Ann Lee', email: 'ann@example.com' }, { email: 'ann.lee@example.com' }],
  jobs: [{ name: 'Agent, Manhattan' }, { name: 'Agent, Brooklyn' }],
}

const FIELDS = {
  name: { description: 'The name.' },
  email: {
    description: 'The email of the user, in any case. No two users have the same email.',
    example: 'ann@example.com',
  },
  pipelineId: { description: 'The pipeline of the stage.', example: 'pipe_01jd3v7x5c9q8m2k4n6p0r1s3t' },
  position: { description: POSITION, example: 2 },
  isDefault: { description: 'Makes this item the default instead of the present one.', example: true },
  stages: {
    description: 'The names of the stages of the pipeline, in order. The first is its default stage.',
    example: ['New', 'Interview'],
  },
}

const withArticle = (noun: string) => `${/^[aeio]/.test(noun) ? 'an' : 'a'} ${noun}`
const capitalize = (s: string) => (s[0]?.toUpperCase() ?? '') + s.slice(1)

function operationsOf(kind: Name, noun: string): Record<string, Operation> {
  const name = capitalize(noun)
  const schema = schemas[kind].meta({ id: name, description: `${capitalize(withArticle(noun))} of the account.` })
  const [post, patch] = EXAMPLES[kind] as [{ name: string }, object]
  const unique = kind === 'jobs' ? [] : [alreadyExists]
  const hasDefault = kind === 'pipelines' || kind === 'stages'
  const fields = {
    name: {
      description: kind === 'labels' ? 'The name of the label, without a comma.' : `The name of the ${noun}.`,
      example: post.name,
    },
  }
  return {
    [`GET /v1/${kind}`]: {
      operationId: `list${capitalize(kind)}`,
      summary: `List ${kind}`,
      description: `Returns a page of ${kind}, ordered by ${hasDefault ? 'position, then name' : 'name'}.`,
      responses: { 200: [`A page of ${kind}.`, pageOf(schema, name)] },
    },
    [`POST /v1/${kind}`]: {
      operationId: `create${name}`,
      summary: `Create ${withArticle(noun)}`,
      ...(kind === 'pipelines' && { description: 'Creates the pipeline with its stages.' }),
      responses: { 201: [`The new ${noun}.`, schema, ['Location']] },
      errors: [...unique, catalogFull, ...(kind === 'stages' ? [unknownReference] : [])],
      fields,
      example: post,
    },
    [`GET /v1/${kind}/:id`]: {
      operationId: `get${name}`,
      summary: `Get ${withArticle(noun)}`,
      responses: { 200: [`The ${noun}.`, schema] },
    },
    [`PATCH /v1/${kind}/:id`]: {
      operationId: `update${name}`,
      summary: `Update ${withArticle(noun)}`,
      description:
        'Absent fields keep their values. A new name shows at once wherever it is read, and changes no prospect’s `updatedAt`.',
      responses: { 200: [`The updated ${noun}.`, schema] },
      errors: unique,
      fields,
      example: patch,
    },
    [`DELETE /v1/${kind}/:id`]: {
      operationId: `delete${name}`,
      summary: `Delete ${withArticle(noun)}`,
      description: `${capitalize(withArticle(noun))} that prospects use is deleted only with \`moveTo\`.`,
      quotes: ['catalog#Deleting'],
      responses: {
        202: [`Prospects are being moved to the other ${noun}. Then this one is deleted.`],
        204: [`The ${noun} is deleted.`],
      },
      errors: [inUse, beingMoved, ...(hasDefault ? [isDefault] : []), unknownReference],
    },
  }
}

/** Pipelines, stages, labels, sources, offices, users and jobs. */
export const catalogSection: Section = {
  tag: 'Catalog',
  introduction:
    'The objects that prospects refer to, which all have the same operations, and the custom fields of prospects.',
  guides: ['catalog', 'fields'],
  ids: Object.fromEntries(KINDS.map(({ name, noun, prefix }) => [name, `${noun}, \`${prefix}_…\``])),
  fields: FIELDS,
  parameters: {
    ...LIST_PARAMETERS,
    counts: { description: 'Adds `prospectCount` to each item.' },
    moveTo: {
      description: 'The id of the item that prospects get instead. Without it, an item in use is not deleted.',
    },
  },
  operations: Object.assign({}, ...KINDS.map(({ name, noun }) => operationsOf(name, noun))),
}
