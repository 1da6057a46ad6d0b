import { catalogFull, contention, merged, storageUnavailable, unknownReference } from '../http/errors'
import { LIST_PARAMETERS, type Section } from '../http/openapi'
import { batchInterrupted, duplicateMerged, emailTaken, resumeTooLarge, versionMismatch } from './errors'
import { EXPORT_TYPES } from './export'
import { FIELD_NAMES, fieldOf } from './field-names'
import {
  BatchResults,
  CHANGE_PARAMETERS,
  orErased,
  ProspectPage,
  ProspectWithMessage,
  ProspectWritten,
} from './openapi-schemas'

/** What the table of fields says about the fields of bodies. */
const tableFields = Object.fromEntries(
  FIELD_NAMES.map((name) => {
    const { description, example, input = { description, example } } = fieldOf(name)
    return [name, input]
  }),
)

/** `/v1/prospects`, without resumes and timeline. */
export const prospectSection: Section = {
  tag: 'Prospects',
  introduction: 'The people whom the account may hire.',
  guides: ['finding', 'writing', 'exporting', 'resumes'],
  ids: { prospects: 'prospect, `prs_…`' },
  fields: {
    ...tableFields,
    stageId: { description: 'Id of the stage. Overrides `pipelineId`.' },
    pipelineId: {
      description:
        'Id of the pipeline: the prospect gets its default stage, unless the prospect is in this pipeline already.',
    },
    addLabels: { description: 'Names of labels to add.', example: ['Met'] },
    removeLabels: { description: 'Names of labels to remove.', example: ['Hot'] },
    newSourceName: {
      description: 'Name of the source that the prospect came from, in any case. A new name creates a source.',
      example: 'Referral',
    },
    jobId: { description: 'Id of a job to link the prospect to. Other jobs stay linked.' },
    update: {
      description: 'Whether the call updates a prospect that matches. By default it returns the prospect unchanged.',
      example: true,
    },
    duplicateId: { description: 'Id of the duplicate. It is merged into the prospect of the path.' },
    ...CHANGE_PARAMETERS,
  },
  parameters: {
    ...LIST_PARAMETERS,
    q: {
      description:
        'Words. Each must begin a word of the name, title or company, or the phone (with 4 digits or more). A word with an `@` must begin the email. Case and accents are ignored.',
      example: 'jos 2125',
    },
    email: {
      description: 'Prospects with this email, in any case. A space is read as a `+` that was not encoded.',
      example: 'jose@example.com',
    },
    phone: {
      description: 'Prospects with this phone, in any format. A leading space is read as a `+` that was not encoded.',
      example: '(212) 555-0123',
    },
    name: {
      description:
        'Words, in any order. Each must begin a word of the first or last name. Case and accents are ignored.',
      example: 'jos ner',
    },
    title: { description: 'Words of the title, matched like `name`.', example: 'agent' },
    company: { description: 'Words of the company, matched like `name`.', example: 'acme' },
    city: { description: 'Words of the city, matched like `name`.', example: 'new york' },
    state: { description: 'Words of the state or province, matched like `name`.', example: 'ny' },
    postalCode: { description: 'Words of the postal code, matched like `name`.', example: '100' },
    stage: { description: 'Prospects in this stage: its id, or its name in any case.', example: 'New' },
    label: {
      description:
        'Prospects with any of these labels, in any case: at most 10. One parameter can also hold several labels, separated by commas.',
      example: ['Hot', 'Inbound'],
    },
    excludeLabel: {
      description: 'Prospects with none of these labels: at most 10, written like `label`.',
      example: ['Cold'],
    },
    licenseStatus: { description: 'Prospects with this license status.', example: 'licensed' },
    officeId: { description: 'Prospects of this office.' },
    sourceId: { description: 'Prospects from this source.' },
    jobId: { description: 'Prospects linked to this job.' },
    pipelineId: { description: 'Prospects in a stage of this pipeline.' },
    createdSince: {
      description: 'Prospects that were created at this time or later, in Unix milliseconds.',
      example: 1795412345678,
    },
    createdBefore: {
      description: 'Prospects that were created before this time, in Unix milliseconds.',
      example: 1795412345678,
    },
    updatedSince: {
      description: 'Prospects that changed at this time or later, in Unix milliseconds.',
      example: 1795412345678,
    },
    updatedBefore: {
      description: 'Prospects that last changed before this time, in Unix milliseconds.',
      example: 1795412345678,
    },
    custom: {
      description:
        'Values of filterable custom fields, by key: prospects with any of the values, separated by commas, as in `custom.region=North,South`. `custom.score.gte` and `custom.score.lte` are the least and the highest number or date. The same can be written with brackets: `custom[region]=North`.',
      example: { region: 'North,South', 'score.gte': '5' },
    },
    fields: {
      description:
        'Names of fields, separated by commas. Each prospect then has its `id` and these fields only; the schema of the response lists all fields.',
      example: 'firstName,lastName,email',
    },
    sort: {
      description:
        'The order. A minus means descending. `name` sorts by last name, then first name; case, accents and punctuation are ignored.',
    },
    total: {
      description:
        'Whether to count the prospects that match. With `false`, `totalCount` is null, and the call may read less.',
    },
    ...CHANGE_PARAMETERS,
  },
  operations: {
    'GET /v1/prospects': {
      operationId: 'listProspects',
      summary: 'Find prospects',
      description:
        'Returns a page of the prospects that match every filter, newest first, and how many match. By default a page has one prospect: enough to see whether the account knows a person.',
      quotes: ['finding#Filters', 'finding#Order and pages'],
      responses: { 200: ['A page of the prospects that match.', ProspectPage] },
    },
    'GET /v1/prospects/export': {
      operationId: 'exportProspects',
      summary: 'Export prospects',
      description:
        'Streams every prospect that matches the filters, as CSV, or as NDJSON with `Accept: application/x-ndjson`.',
      responses: { 200: ['The prospects that match.', [...EXPORT_TYPES], ['Content-Disposition']] },
    },
    'POST /v1/prospects': {
      operationId: 'createProspect',
      summary: 'Create or update a prospect',
      description:
        'Creates a prospect, unless one with the same email or phone exists. With `"update": true` the call updates that one; otherwise it returns it unchanged.',
      quotes: ['writing#How a POST finds a prospect', 'writing#What a write changes'],
      responses: {
        200: ['An existing prospect matched; it was updated if `update` is true.', orErased(ProspectWritten), ['ETag']],
        201: ['A prospect was created.', orErased(ProspectWritten), ['ETag', 'Location']],
      },
      errors: [catalogFull, resumeTooLarge, unknownReference, contention, storageUnavailable],
      example: {
        firstName: 'José',
        lastName: 'Nerúda',
        email: 'jose@example.com',
        phone: '(212) 555-0123',
        labels: ['Hot', 'Inbound'],
        newSourceName: 'Referral',
      },
    },
    'POST /v1/prospects/batch': {
      operationId: 'writeProspects',
      summary: 'Create or update many prospects',
      description: 'Does what a POST of each input would do, in order, and returns the result of each.',
      quotes: ['writing#Many at once'],
      responses: { 200: ['How each input ended.', BatchResults] },
      errors: [contention, batchInterrupted],
      example: {
        inputs: [
          { firstName: 'José', lastName: 'Nerúda', email: 'jose@example.com', labels: ['Hot'] },
          { firstName: 'Ann', lastName: 'Lee', email: 'ann@example.com' },
        ],
        update: true,
      },
      fields: {
        inputs: { description: 'Bodies of `POST /v1/prospects`, without a resume: at most 250.' },
        update: {
          description: 'Whether inputs update the prospect that they match. An input’s own `update` wins.',
        },
        resume: { description: 'Null removes the resume. A batch takes no files.' },
      },
    },
    'GET /v1/prospects/:id': {
      operationId: 'getProspect',
      summary: 'Get a prospect',
      description: 'The `ETag` changes with the prospect, and with names in the catalog.',
      responses: {
        200: ['The prospect.', ProspectWithMessage, ['ETag']],
        304: ['The `ETag` is still the one in `If-None-Match`.', null, ['ETag']],
      },
      errors: [merged],
      conditions: ['If-None-Match'],
    },
    'PATCH /v1/prospects/:id': {
      operationId: 'updateProspect',
      summary: 'Update a prospect',
      description:
        'Absent fields keep their values, and null clears a field. A call that changes nothing writes nothing. With `If-Match` the call changes the prospect only if it still has that version. Otherwise it returns 412 with the current `version`.',
      responses: { 200: ['The updated prospect.', ProspectWithMessage, ['ETag']] },
      errors: [
        emailTaken,
        catalogFull,
        merged,
        versionMismatch,
        resumeTooLarge,
        unknownReference,
        contention,
        storageUnavailable,
      ],
      conditions: ['If-Match'],
      example: { city: 'New York', addLabels: ['Met'], removeLabels: ['Hot'] },
    },
    'DELETE /v1/prospects/:id': {
      operationId: 'eraseProspect',
      summary: 'Erase a person',
      description: 'Erases a prospect and everything that is stored about the person.',
      quotes: ['writing#Erasing'],
      responses: { 204: ['The person is erased.'] },
      errors: [merged, versionMismatch, unknownReference],
      conditions: ['If-Match'],
    },
    'POST /v1/prospects/:id/merge': {
      operationId: 'mergeProspects',
      summary: 'Merge a duplicate into a prospect',
      description: 'The prospect of the path survives; `duplicateId` is merged into it.',
      quotes: ['writing#Merging'],
      responses: { 200: ['The survivor.', orErased(ProspectWithMessage), ['ETag']] },
      errors: [duplicateMerged, merged, unknownReference, contention],
      example: { duplicateId: 'prs_01jd3v7x5c9q8m2k4n6p0r1s3t' },
    },
  },
}
