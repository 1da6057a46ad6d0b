import * as z from 'zod'
import { storageUnavailable, unknownReference, unsupportedMediaType } from '../http/errors'
import { id, LIST_PARAMETERS, pageOf, type Section, text, textOrNull, time } from '../http/openapi'
import { countDiffers, importTooLarge, tooManyImports } from './errors'
import { IMPORT_TYPES } from './records'
import type { RowError } from './row-errors'
import type { Import } from './store'

const imported = z.object({
  id: id('imp', 'import'),
  kind: z.enum(['file', 'update', 'erase']).meta({
    description: '`file`: the import of a file. `update`, `erase`: a change or erasure of all prospects that match.',
  }),
  status: z.enum(['queued', 'running', 'completed', 'failed', 'cancelled']).meta({
    description:
      '`queued`: the import waits for an earlier import of the account, or for its next try. `failed`: the import could not continue; see `reason`. What was written stays.',
  }),
  reason: textOrNull('Why the import failed, for people.'),
  bytes: z.int().meta({ description: 'The size of the file. 0 without a file.', example: 1048576 }),
  bytesDone: z.int().meta({ description: 'How many bytes of the file are done.', example: 524288 }),
  read: z.int().meta({ description: 'How many rows or prospects are done: the sum of the next five.', example: 5000 }),
  created: z.int().meta({ description: 'How many rows created a prospect.', example: 4000 }),
  updated: z
    .int()
    .meta({ description: 'How many rows changed a prospect, or how many prospects changed.', example: 600 }),
  unchanged: z.int().meta({ description: 'How many rows or prospects changed nothing.', example: 390 }),
  failed: z.int().meta({ description: 'How many rows or changes were rejected.', example: 10 }),
  erased: z.int().meta({ description: 'How many prospects were erased.', example: 0 }),
  total: z.int().nullable().meta({
    description: 'How many prospects matched at the start. Null for a file.',
    example: null,
  }),
  unknownColumns: z.array(z.string()).meta({
    description:
      'At most 100 columns that were not recognised (`mapping` can name their field), or that have a value which was not used because another column of the same field had one.',
    example: ['Shoe size'],
  }),
  dryRun: z.boolean().meta({ description: 'Whether the import only checks the rows and writes nothing.' }),
  createdAt: time('When the file was sent'),
  finishedAt: time('When the import ended').nullable(),
})
imported satisfies z.ZodType<Import>
const ImportSchema = imported.meta({
  id: 'Import',
  description: 'An import of a file or a change of many prospects, and its progress.',
})

const rowError = z.object({
  line: z.int().meta({
    description: 'The line of the file on which the row starts, or the number of the prospect. The first is 1.',
    example: 7,
  }),
  column: textOrNull('The column, as the file names it.', 'E-mail'),
  field: textOrNull('The field of the column.', 'email'),
  code: text('Stable, for programs.', 'wrong_format'),
  message: text('For people.', 'This is not an e-mail address.'),
  prospectId: z.string().optional().meta({ description: 'The prospect that was not changed. Only without a file.' }),
  refused: z.boolean().meta({
    description: 'Whether the row was rejected. If not, the row was written without this value.',
  }),
})
rowError satisfies z.ZodType<RowError>
const RowErrorSchema = rowError.meta({ id: 'RowError', description: 'An error in a row of an import.' })

/** The operation that changes many prospects, with what the list and the PATCH say about their fields. */
export const bulkSection = ({ fields = {}, parameters = {} }: Section): Section => ({
  tag: 'Prospects',
  fields,
  parameters,
  operations: {
    'POST /v1/prospects/bulk': {
      operationId: 'changeMatchingProspects',
      summary: 'Change or erase all prospects that match',
      description: 'The change runs in the background, as an import.',
      quotes: ['writing#All that match'],
      responses: { 202: ['The import that changes the prospects.', ImportSchema, ['Location']] },
      errors: [countDiffers, tooManyImports, unknownReference],
      example: { filters: { stage: 'New', label: ['Cold'] }, set: { addLabels: ['Later'] }, expectedCount: 42 },
      fields: {
        filters: { description: 'Filters of the list of prospects. `{}` matches all prospects.' },
        set: { description: 'The change: a body of `PATCH /v1/prospects/{id}`, without a resume.' },
        erase: { description: 'Erases the prospects.' },
        expectedCount: { description: 'How many prospects match. If it is another number, the call returns a 409.' },
        dryRun: { description: 'Only counts what would change, and writes nothing.' },
        userId: { description: 'Id of the user who makes the change. The timeline shows this user.' },
        resume: { description: 'Null removes the resumes. A file is not accepted here.' },
      },
    },
  },
})

/** `/v1/imports`. */
export const importSection: Section = {
  tag: 'Imports',
  introduction: 'Creates and updates many prospects from a file.',
  guides: ['importing'],
  ids: { imports: 'import, `imp_…`' },
  parameters: {
    ...LIST_PARAMETERS,
    update: { description: 'Whether rows that match a prospect update it. A row’s own `update` wins.' },
    muteWebhook: { description: 'Sends no webhooks for the changes. They are on the timeline as usual.' },
    userId: { description: 'Id of the user who makes the changes, for rows that name no user.' },
    stageId: { description: 'Id of the stage, for rows that name no stage and no pipeline. Overrides `pipelineId`.' },
    pipelineId: { description: 'Id of the pipeline, for rows that name no pipeline and have no `stageId`.' },
    rejected: { description: 'Only the errors of rows that were rejected, without warnings.' },
    labels: { description: 'Labels to add in every row, by name, separated by commas.', example: 'Imported' },
    mapping: {
      description:
        'A JSON object from the names of columns to fields of a prospect, `fullName`, `stage`, `pipeline`, `id` or `custom.<key>`. Null ignores a column.',
      example: '{"Kontakt": "fullName", "Shoe size": null}',
    },
    dryRun: { description: 'Only checks the rows: counts them, reports errors and writes nothing.' },
  },
  operations: {
    'GET /v1/imports': {
      operationId: 'listImports',
      summary: 'List imports',
      description: 'Returns a page of imports, newest first.',
      responses: { 200: ['A page of imports.', pageOf(ImportSchema, 'Import')] },
    },
    'POST /v1/imports': {
      operationId: 'startImport',
      summary: 'Import a file',
      description: 'The body is the file. Its rows are written in the background.',
      quotes: ['importing#The file', 'importing#Rows', 'importing#Columns'],
      responses: { 202: ['The import. Its rows are being written.', ImportSchema, ['Location']] },
      errors: [tooManyImports, importTooLarge, unsupportedMediaType, unknownReference, storageUnavailable],
      mediaTypes: Object.keys(IMPORT_TYPES),
    },
    'GET /v1/imports/:id': {
      operationId: 'getImport',
      summary: 'Get an import and its progress',
      responses: { 200: ['The import.', ImportSchema] },
    },
    'DELETE /v1/imports/:id': {
      operationId: 'deleteImport',
      summary: 'Cancel or delete an import',
      description:
        'Cancels an import that has not ended: what it has written stays. Deletes an import that has ended. The file is deleted in both cases.',
      responses: { 204: ['The import is cancelled or deleted.'] },
    },
    'GET /v1/imports/:id/errors': {
      operationId: 'listImportErrors',
      summary: 'List the errors of an import',
      description:
        'Returns a page of errors, in the order of the file. With `Accept: text/csv` (NDJSON files: `application/x-ndjson`) it returns the rejected rows instead.',
      quotes: ['importing#Rows with errors'],
      responses: {
        200: [
          'A page of errors, or the rejected rows.',
          [pageOf(RowErrorSchema, 'RowError'), ...Object.keys(IMPORT_TYPES)],
        ],
      },
      errors: [storageUnavailable],
    },
  },
}
