import * as z from 'zod'
import type { DocumentedProblem } from './problem-type'

/**
 * How a feature describes its routes for the reference of the API. Its `openapi.ts` exports sections. `src/openapi` combines
 * them with what the routes declare: paths, validation, scopes. The Worker's bundle does not contain these descriptions.
 */

/** What the reference says about a field or a parameter. */
export interface Description {
  description: string
  example?: unknown
}
export type Descriptions = Record<string, Description>

/** JSON, or bytes of one of these media types, or either. */
export type Body = z.ZodType | (string | z.ZodType)[]

/** The headers that only some responses have. */
export type ResponseHeader = 'Content-Disposition' | 'ETag' | 'Location'

/** One operation. What follows from its route is not repeated here. */
export interface Operation {
  operationId: string
  summary: string
  description?: string
  /** Sections of guides in docs/api that the description quotes, as `<file>#<heading>`. */
  quotes?: `${string}#${string}`[]
  /** By status. */
  responses: { [status: number]: [description: string, body?: Body | null, headers?: ResponseHeader[]] }
  /** The problems of the operation, besides those that follow from its route. */
  errors?: DocumentedProblem[]
  /** The conditional requests that it supports. */
  conditions?: ('If-Match' | 'If-None-Match')[]
  /** An example of its body. */
  example?: object
  /** The media types of its body, if that is not JSON. */
  mediaTypes?: string[]
  /** Fields of its body that have another description than in the other operations of the section. */
  fields?: Descriptions
  /** Whether the operation serves a file, without the database. */
  isFile?: true
}

/** The operations of one tag. Several sections can have the same tag; the first of them introduces it. */
export interface Section {
  tag: string
  /** One or two sentences about the tag. */
  introduction?: string
  /** The guides of docs/api about it, as file names without `.md`. */
  guides?: string[]
  /** The noun of the id in a path, by the part of the path before the id: `{ labels: 'label, `lbl_…`' }`. */
  ids?: Record<string, string>
  /** The fields of bodies. */
  fields?: Descriptions
  /** The query parameters. */
  parameters?: Descriptions
  /** By method and path, as they are mounted: `GET /v1/labels/:id`. */
  operations: Record<string, Operation>
}

/** The parameters of every list. */
export const LIST_PARAMETERS: Descriptions = {
  limit: { description: 'The most items to return. A page also ends at 4 MiB of JSON.' },
  pageToken: { description: 'The `nextPageToken` of the page before. Send the same parameters with it.' },
}

/** A time in a response; `more` are further sentences of its description. */
export const time = (description: string, more = '') =>
  z.int().meta({
    format: 'int64',
    description: `${description}, in Unix milliseconds. ${more}`.trim(),
    example: 1795412345678,
  })

/** The schema of problems inside of a response. `src/openapi/errors.ts` declares it. */
export const problem = z.looseObject({}).meta({
  override({ jsonSchema }: { jsonSchema: object }) {
    for (const key of Object.keys(jsonSchema)) delete jsonSchema[key as keyof typeof jsonSchema]
    Object.assign(jsonSchema, { $ref: '#/components/schemas/Problem' })
  },
})

export const id = (prefix: string, noun: string) =>
  z.string().meta({ description: `Id of the ${noun}.`, example: `${prefix}_01jd3v7x5c9q8m2k4n6p0r1s3t` })

export const text = (description: string, example: string) => z.string().meta({ description, example })

export const textOrNull = (description: string, example?: string) =>
  z
    .string()
    .nullable()
    .meta({ description, ...(example !== undefined && { example }) })

/** A page of a list whose items have this schema; `name` names the schema of the page. */
export const pageOf = (schema: z.ZodType, name: string) =>
  z.object({ items: z.array(schema), nextPageToken }).meta({ id: `${name}Page`, description: 'A page of the list.' })

export const nextPageToken = textOrNull('The `pageToken` of the next page. Null on the last page.')
