import * as z from 'zod'
import { contention } from '../http/errors'
import { id, LIST_PARAMETERS, pageOf, type Section, text, time } from '../http/openapi'
import { FIELD_TYPES } from '../prospects/custom-fields'
import { alreadyExists, beingErased, tooManyFields } from './errors'
import type { Field } from './field-store'

const FieldSchema = z
  .object({
    id: id('fld', 'field'),
    key: text('Names the field in `custom`, in filters and in events. It never changes.', 'region'),
    name: text('The name, for people.', 'Region'),
    type: z.enum(FIELD_TYPES).meta({ description: 'What the values are. It never changes.', example: 'select' }),
    options: z.array(z.string()).meta({
      description: 'The options of a `select` or `multiselect`, in order. Empty for the other types.',
      example: ['North', 'South'],
    }),
    filterable: z.boolean().meta({ description: 'Whether lists can filter by the field. It never changes.' }),
    required: z.literal(false).meta({ description: 'Always false: no field is required.' }),
    createdAt: time('When the field was created'),
    updatedAt: time('When the field was last changed'),
  })
  .meta({ id: 'CustomField', description: 'A custom field of the account.' })
FieldSchema satisfies z.ZodType<Field>

/** `/v1/fields`: the custom fields of prospects. */
export const fieldSection: Section = {
  tag: 'Catalog',
  ids: { fields: 'field, `fld_…`' },
  parameters: LIST_PARAMETERS,
  fields: {
    key: {
      description: 'Names the field in `custom`, in filters and in events: a–z, 0–9 and _. It cannot be changed.',
      example: 'region',
    },
    name: { description: 'The name, for people. No two fields have the same name.', example: 'Region' },
    type: { description: 'What the values are. It cannot be changed.', example: 'select' },
    options: {
      description:
        'The options of a `select` or `multiselect`, in order; other types have none. PATCH replaces the list. A removed option stays in the values that have it.',
      example: ['North', 'South'],
    },
    renameOptions: {
      description: 'Options to rename, before `options` replaces the list. No prospect is changed.',
      example: [{ from: 'North', to: 'Northern' }],
    },
    from: { description: 'The present name of the option, in any case.', example: 'North' },
    to: { description: 'The new name of the option.', example: 'Northern' },
    filterable: { description: 'Whether lists can filter by the field. It cannot be changed.', example: true },
    required: { description: 'Only `false` is accepted.', example: false },
  },
  operations: {
    'GET /v1/fields': {
      operationId: 'listFields',
      summary: 'List fields',
      description: 'Returns a page of the custom fields, ordered by name.',
      responses: { 200: ['A page of fields.', pageOf(FieldSchema, 'CustomField')] },
    },
    'POST /v1/fields': {
      operationId: 'createField',
      summary: 'Create a field',
      description: 'Creates a custom field. Prospects can have values of it at once.',
      quotes: ['fields#Types'],
      responses: { 201: ['The new field.', FieldSchema, ['Location']] },
      errors: [alreadyExists, beingErased, tooManyFields],
      example: { key: 'region', name: 'Region', type: 'select', options: ['North', 'South'], filterable: true },
    },
    'GET /v1/fields/:id': {
      operationId: 'getField',
      summary: 'Get a field',
      responses: { 200: ['The field.', FieldSchema] },
    },
    'PATCH /v1/fields/:id': {
      operationId: 'updateField',
      summary: 'Update a field',
      description:
        'Absent fields keep their values. A new name of an option shows at once wherever it is read, and changes no prospect’s `updatedAt`.',
      responses: { 200: ['The updated field.', FieldSchema] },
      errors: [alreadyExists, tooManyFields, contention],
      example: { name: 'Sales region', renameOptions: [{ from: 'North', to: 'Northern' }] },
    },
    'DELETE /v1/fields/:id': {
      operationId: 'deleteField',
      summary: 'Delete a field',
      quotes: ['fields#Deleting a field'],
      responses: { 202: ['The field is deleted, and its values are being erased.'] },
    },
  },
}
