import { FIELD_NAMES, fieldOf } from '../prospects/field-names'

/** What the document says of a field or a parameter. */
interface Said {
  description: string
  example?: unknown
}

/** Of the fields of bodies, by name. */
const FIELDS: Record<string, Said> = {
  ...Object.fromEntries(
    FIELD_NAMES.map((name) => {
      const { description, example, input = { description, example } } = fieldOf(name)
      return [name, input]
    }),
  ),
  stageId: { description: 'The stage; wins over `pipelineId`.' },
  pipelineId: { description: 'The pipeline: its default stage, unless they are in it already.' },
  addLabels: { description: 'Labels to add.', example: 'Met' },
  removeLabels: { description: 'Labels to take away.', example: 'Hot' },
  userId: { description: 'The user who makes this change; kept on the timeline.' },
  newSourceName: {
    description: 'Where they came from, by name, in any case; one that is new is made.',
    example: 'Referral',
  },
  muteWebhook: {
    description: 'The change is on the timeline, and no webhook of it is ever sent.',
    example: false,
  },
  jobId: { description: 'A job that they are linked to, beside those they are linked to already.' },
  update: { description: 'Whether somebody who is known is updated.', example: true },
  duplicateId: { description: 'The prospect that is merged into this one, and goes.' },
  name: { description: 'Its name.', example: 'Downtown' },
  position: { description: 'Its place in the list.', example: 2 },
  isDefault: { description: 'Makes it the default, in the place of the other.', example: true },
  stages: {
    description: 'Names of its stages, in order; the first is its default.',
    example: ['New', 'Interview'],
  },
  url: {
    description: 'https, a public host name, the default port, no credentials.',
    example: 'https://hooks.example.com/in',
  },
  eventTypes: { description: 'What to send; empty: everything.', example: ['prospect.created'] },
  description: { description: 'For people.', example: 'Our CRM' },
  disabled: { description: 'Whether nothing is sent to it.', example: false },
  since: { description: 'From when on, Unix milliseconds; not in the future.', example: 1795412345678 },
  scopes: { description: 'What it may do: each includes those before it.', example: ['write'] },
  expiresAt: { description: 'When it ends, Unix milliseconds in the future; null: never.' },
  defaultCountry: {
    description: 'ISO 3166-1, two letters: how phones without a country code are read.',
    example: 'US',
  },
  suspended: { description: 'Whether its keys open nothing for now.', example: true },
}

/** Where a field is something of its own, by path. */
const OWN: [path: string, fields: Record<string, Said>][] = [
  ['/admin/accounts/{id}/api-keys', { name: { description: 'What it is for.', example: 'Admin' } }],
  ['/admin/accounts', { name: { description: 'Whose account it is.', example: 'Acme Realty' } }],
  ['/v1/api-keys', { name: { description: 'What it is for.', example: 'Website' } }],
  ['/v1/pipelines', { name: { description: 'Its name.', example: 'Recruiting' } }],
  [
    '/v1/stages',
    {
      name: { description: 'Its name.', example: 'Interview' },
      pipelineId: { description: 'The pipeline that it is in.', example: 'pipe_01jd3v7x5c9q8m2k4n6p0r1s3t' },
    },
  ],
  ['/v1/labels', { name: { description: 'Its name, without a comma.', example: 'Hot' } }],
  ['/v1/sources', { name: { description: 'Its name.', example: 'Referral' } }],
  [
    '/v1/users',
    {
      name: { description: 'Who it is.', example: 'Ann Lee' },
      email: { description: 'Their e-mail address, in any case; of one user alone.', example: 'ann@example.com' },
    },
  ],
  ['/v1/jobs', { name: { description: 'What it is.', example: 'Agent, Manhattan' } }],
]

/** What is said of a field of the body at this path. */
export const fieldAt = (path: string, name: string): Said | undefined =>
  OWN.find(([start, fields]) => path.startsWith(start) && name in fields)?.[1][name] ?? FIELDS[name]

/** What the ids in paths are of. */
const OF: Record<string, string> = {
  prospects: 'prospect, `prs_…`',
  imports: 'import, `imp_…`',
  pipelines: 'pipeline, `pipe_…`',
  stages: 'stage, `stg_…`',
  labels: 'label, `lbl_…`',
  sources: 'source, `src_…`',
  offices: 'office, `off_…`',
  users: 'user, `usr_…`',
  jobs: 'job, `job_…`',
  webhooks: 'webhook, `whk_…`',
  deliveries: 'delivery, `dlv_…`',
  'api-keys': 'key, `key_…`',
  accounts: 'account, `acct_…`',
}

/** What is said of the id in this path. */
export function idAt(path: string): string {
  const of = OF[path.split('/')[2] ?? '']
  if (!of) throw new Error(`Nothing says whose id is in ${path}`)
  return `Id of the ${of}. Ids are opaque; one that is malformed is an unknown one.`
}

/** Of query parameters, by name. */
export const PARAMETERS: Record<string, Said> = {
  email: {
    description: 'Whose email this is, in any case. A space in it is read as a `+` that was not encoded.',
    example: 'jose@example.com',
  },
  phone: {
    description: 'Whose phone this is, written in any way. A space before it is read as a `+` that was not encoded.',
    example: '(212) 555-0123',
  },
  name: {
    description: 'Words, each of which begins a word of the name, in any order, ignoring case and accents.',
    example: 'jos ner',
  },
  title: { description: 'Words of the title, likewise.', example: 'agent' },
  company: { description: 'Words of the company, likewise.', example: 'acme' },
  stage: { description: 'A stage, by id or by name in any case.', example: 'New' },
  label: {
    description: 'Any of these labels, in any case; repeated or separated by commas, at most 10.',
    example: 'Hot,Inbound',
  },
  licenseStatus: { description: 'How far they are with their license.', example: 'licensed' },
  officeId: { description: 'Meant for this office.' },
  sourceId: { description: 'Who came from there.' },
  jobId: { description: 'Linked to this job.' },
  pipelineId: { description: 'The pipeline; of a list, who is in it; of an import, for rows that name no stage.' },
  updatedSince: { description: 'Changed at that time or after, Unix milliseconds.', example: 1795412345678 },
  sort: { description: 'The order; a minus is descending.' },
  total: { description: 'Whether to count. Without, `totalCount` is null, and where many match less is read.' },
  limit: { description: 'How many at most. A page also ends at 4 MiB of JSON.' },
  pageToken: { description: '`nextPageToken` of the page before, asked for with the same parameters.' },
  counts: { description: 'Whether to say how many prospects use each.' },
  moveTo: { description: 'The id of what prospects are to use instead.' },
  userId: { description: 'The user who makes this change; kept on the timeline.' },
  muteWebhook: { description: 'The change is on the timeline, and no webhook of it is ever sent.' },
  after: { description: 'The id of the last event that was seen.', example: 'evt_1j0tcibtm302h8eugud7u' },
  type: { description: 'Events of this type alone.' },
  fileName: { description: 'What the file is called; otherwise `resume.pdf`, or as its type ends.', example: 'cv.pdf' },
  status: { description: 'Deliveries of this status alone.' },
  update: { description: 'Whether somebody who is known is updated.' },
  stageId: { description: 'The stage of rows that name none; wins over `pipelineId`.' },
  labels: { description: 'Labels for every row, by name, separated by commas.', example: 'Imported' },
  mapping: {
    description:
      'What columns are, as JSON: the name of a column → a field of a prospect, `fullName`, `id`, or null to leave it out.',
    example: '{"Kontakt": "fullName", "Shoe size": null}',
  },
  dryRun: { description: 'Whether rows are only tried.' },
}
