import * as z from 'zod'
import { SCOPES } from '../http/factory'
import { id, LIST_PARAMETERS, pageOf, type Section, text, time } from '../http/openapi'
import { lastAdminKey, tooManyKeys } from './errors'
import type { Account, ApiKey } from './store'

const account = z.object({
  id: id('acct', 'account'),
  name: text('The name of the account.', 'Acme Realty'),
  defaultCountry: text('Country of phone numbers without a country code (ISO 3166-1, two letters).', 'US'),
  suspended: z.boolean().meta({ description: 'Whether the keys of the account return 403.' }),
  pipelineId: id('pipe', 'default pipeline'),
  createdAt: time('When the account was created'),
  updatedAt: time('When the account was last changed'),
})
account satisfies z.ZodType<Account>

const apiKey = z.object({
  id: id('key', 'key'),
  name: text('The name of the key.', 'Website'),
  scopes: z.array(z.enum(SCOPES)).meta({ description: 'What the key may do.', example: ['read', 'write'] }),
  expiresAt: time('When the key expires', 'Null if it does not expire.').nullable(),
  createdAt: time('When the key was created'),
})
apiKey satisfies z.ZodType<ApiKey>

const AccountSchema = account.meta({ id: 'Account', description: 'A tenant. A key reads and writes one account only.' })
const ApiKeySchema = apiKey.meta({ id: 'ApiKey', description: 'A key, without its secret.' })
const ApiKeyWithSecretSchema = apiKey
  .extend({
    key: z.string().nullable().meta({
      description: 'The secret to send as the credential. Shown in this response only; null in an idempotent replay.',
    }),
  })
  .meta({ id: 'ApiKeyWithSecret', description: 'A new key, with its secret.' })
const AccountWithKeySchema = account
  .extend({ apiKey: ApiKeyWithSecretSchema })
  .meta({ id: 'AccountWithKey', description: 'A new account, with its first admin key.' })
const MeSchema = z
  .object({ account: AccountSchema, key: apiKey.omit({ createdAt: true }) })
  .meta({ id: 'Me', description: 'The account and the scopes of the key that made the call.' })

/** `/v1/me` and `/v1/api-keys`. */
export const accountSection: Section = {
  tag: 'Account',
  introduction: 'The account of the key, and the keys of the account.',
  guides: ['authentication'],
  ids: { 'api-keys': 'key, `key_…`' },
  fields: {
    name: { description: 'A name for the key.', example: 'Website' },
    scopes: {
      description: 'What the key may do: `read`, `write`, `admin`. Each includes those before it.',
      example: ['write'],
    },
    expiresAt: { description: 'When the key expires, in Unix milliseconds. Null: never.' },
  },
  parameters: LIST_PARAMETERS,
  operations: {
    'GET /v1/me': {
      operationId: 'getMe',
      summary: 'Get the account and scopes of the key',
      responses: { 200: ['The account and the key.', MeSchema] },
    },
    'GET /v1/api-keys': {
      operationId: 'listApiKeys',
      summary: 'List keys',
      description: 'Returns a page of keys, newest first, without their secrets. Revoked keys are left out.',
      responses: { 200: ['A page of keys.', pageOf(ApiKeySchema, 'ApiKey')] },
    },
    'POST /v1/api-keys': {
      operationId: 'createApiKey',
      summary: 'Create a key',
      description: 'The response shows the secret once. Only its hash is stored.',
      responses: { 201: ['The new key.', ApiKeyWithSecretSchema] },
      errors: [tooManyKeys],
      example: { name: 'Website', scopes: ['write'] },
    },
    'DELETE /v1/api-keys/:id': {
      operationId: 'revokeApiKey',
      summary: 'Revoke a key',
      description: 'The key stops working everywhere within 30 seconds.',
      responses: { 204: ['The key is revoked.'] },
      errors: [lastAdminKey],
    },
  },
}

/** `/admin/accounts`. */
export const operatorSection: Section = {
  tag: 'Operator',
  introduction: "Accounts. These calls need the operator's token, `ADMIN_TOKEN`.",
  guides: ['authentication'],
  ids: { accounts: 'account, `acct_…`' },
  fields: {
    name: { description: 'The name of the account.', example: 'Acme Realty' },
    defaultCountry: {
      description: 'Country of phone numbers without a country code (ISO 3166-1, two letters).',
      example: 'US',
    },
    suspended: { description: 'Whether the keys of the account return 403.', example: true },
  },
  parameters: LIST_PARAMETERS,
  operations: {
    'GET /admin/accounts': {
      operationId: 'listAccounts',
      summary: 'List accounts',
      description: 'Returns a page of accounts, newest first.',
      responses: { 200: ['A page of accounts.', pageOf(AccountSchema, 'Account')] },
    },
    'POST /admin/accounts': {
      operationId: 'createAccount',
      summary: 'Create an account',
      description:
        'The account gets a default pipeline, *Recruiting*, and a first admin key. The response shows the secret of the key once.',
      responses: { 201: ['The new account.', AccountWithKeySchema] },
      example: { name: 'Acme Realty', defaultCountry: 'US' },
    },
    'PATCH /admin/accounts/:id': {
      operationId: 'updateAccount',
      summary: 'Update or suspend an account',
      description: 'Absent fields keep their values.',
      responses: { 200: ['The updated account.', AccountSchema] },
      example: { suspended: true },
    },
    'DELETE /admin/accounts/:id': {
      operationId: 'deleteAccount',
      summary: 'Delete an account',
      description: 'The keys of the account stop working at once. All its data and files are erased in the background.',
      responses: { 202: ['The account is being erased.'] },
    },
    'POST /admin/accounts/:id/api-keys': {
      operationId: 'createAdminKey',
      summary: 'Create an admin key for an account',
      description: 'For an account that lost its last admin key.',
      responses: { 201: ['The new key.', ApiKeyWithSecretSchema] },
      fields: { name: { description: 'A name for the key.', example: 'Admin' } },
      example: { name: 'Admin' },
    },
  },
}
