/**
 * Every field of a prospect, in the order of responses and of the columns of an export. This table alone lists them: the
 * columns of the database, validation, responses, events, exports, imports, resumes and the OpenAPI document derive from
 * it. It imports nothing, so that `db/schema` can read it too.
 *
 * New fields go to the end: the columns of an export keep their positions. After a change, run `npm run migration` and
 * `npm run openapi`.
 */
export const FIELDS = {
  id: { type: 'special', description: 'Id of the prospect.', example: 'prs_01jd3v7x5c9q8m2k4n6p0r1s3t' },
  firstName: {
    type: 'line',
    maxLength: 100,
    required: true,
    words: 'name',
    headings: 'first fname givenname given forename',
    description: 'First name.',
    example: 'José',
  },
  lastName: {
    type: 'line',
    maxLength: 100,
    required: true,
    words: 'name',
    headings: 'last lname surname familyname family',
    description: 'Last name.',
    example: 'Nerúda',
  },
  email: {
    type: 'special',
    reported: true,
    extracted: true,
    headings: 'emailaddress emailid mail primaryemail workemail personalemail contactemail',
    description: 'Email address, in lower case.',
    example: 'jose@example.com',
    input: {
      description: 'Email address. Case is ignored, and letters of every script are allowed.',
      example: 'jose@example.com',
    },
  },
  phone: {
    type: 'special',
    reported: true,
    extracted: true,
    headings:
      'phonenumber phoneno cell cellphone cellnumber mobile mobilephone mobilenumber mobileno telephone telephonenumber tel primaryphone homephone workphone contactnumber',
    description: 'Phone number, in E.164 format.',
    example: '+12125550123',
    input: {
      description:
        'Phone number in any format. Without a country code, it is read as a number of the account’s country.',
      example: '(212) 555-0123',
    },
  },
  currentStage: { type: 'special', description: 'Name of the stage.', example: 'New' },
  currentStageId: {
    type: 'special',
    column: 'stage_id',
    description: 'Id of the stage.',
    example: 'stg_01jd3v7x5c9q8m2k4n6p0r1s3t',
  },
  pipelineId: {
    type: 'special',
    description: 'Id of the pipeline that the stage belongs to.',
    example: 'pipe_01jd3v7x5c9q8m2k4n6p0r1s3t',
  },
  labels: {
    type: 'special',
    reported: true,
    csv: ['labels', 'labelIds'],
    headings: 'label tag tags',
    description: 'Names of the labels, in alphabetical order.',
    example: ['Hot', 'Inbound'],
    input: {
      description:
        'Names of labels, of at most 64 characters each: an array, or a text with commas. New names create labels. POST adds the labels, PATCH replaces all labels. A prospect has at most 100.',
      example: ['Hot', 'Inbound'],
    },
  },
  title: {
    type: 'line',
    maxLength: 200,
    words: 'title',
    extracted: true,
    filledWith: 'work',
    headings: 'jobtitle position role',
    description: 'Job title.',
    example: 'Agent',
  },
  company: {
    type: 'line',
    maxLength: 200,
    words: 'company',
    extracted: true,
    filledWith: 'work',
    headings: 'companyname brokerage employer organization organisation firm currentcompany',
    description: 'Current employer.',
    example: 'Acme Realty',
  },
  licenseStatus: {
    type: 'choice',
    values: ['not_started', 'in_progress', 'licensed'],
    extracted: true,
    filledWith: 'license',
    headings: 'licencestatus licensingstatus',
    description: 'Progress towards a license.',
    example: 'in_progress',
  },
  notes: {
    type: 'lines',
    maxLength: 20_000,
    headings: 'note comment comments remarks',
    description: 'Notes. Line breaks and tabs are kept.',
    example: 'Met at the fair.',
  },
  streetAddress: {
    type: 'line',
    maxLength: 200,
    filledWith: 'address',
    headings: 'address street address1 addressline1 streetaddress1 mailingaddress homeaddress',
    description: 'Street and number.',
    example: '1 Main St',
  },
  city: {
    type: 'line',
    maxLength: 100,
    words: 'city',
    extracted: true,
    filledWith: 'address',
    headings: 'town',
    description: 'City.',
    example: 'New York',
  },
  state: {
    type: 'line',
    maxLength: 100,
    words: 'state',
    extracted: true,
    filledWith: 'address',
    headings: 'province stateprovince region',
    description: 'State or province.',
    example: 'NY',
  },
  postalCode: {
    type: 'line',
    maxLength: 20,
    words: 'postalCode',
    extracted: true,
    filledWith: 'address',
    headings: 'zip zipcode postcode zippostalcode',
    description: 'Postal code.',
    example: '10001',
  },
  officeId: {
    type: 'reference',
    description: 'Id of the office that the prospect is meant for.',
    example: 'off_01jd3v7x5c9q8m2k4n6p0r1s3t',
  },
  sourceId: {
    type: 'special',
    reported: true,
    csv: ['sourceName', 'sourceId'],
    description: 'Id of the source that the prospect came from.',
    example: 'src_01jd3v7x5c9q8m2k4n6p0r1s3t',
    input: { description: 'Id of the source that the prospect came from. Overrides `newSourceName`.' },
  },
  jobIds: {
    type: 'special',
    column: 'jobs',
    reported: true,
    description: 'Ids of the jobs that the prospect is linked to.',
    example: [],
    input: { description: 'Ids of the jobs that the prospect is linked to, at most 100. Replaces all of them.' },
  },
  createdByUserId: {
    type: 'special',
    reported: true,
    description: 'The `userId` of the call that created the prospect.',
  },
  updatedByUserId: {
    type: 'special',
    reported: true,
    description: 'The `userId` of the last call that changed the prospect. Null if that call named no user.',
  },
  resume: {
    type: 'special',
    reported: true,
    csv: [],
    description: 'The resume, and what was read from it. Null if there is none.',
    input: {
      description:
        'A resume, of at most 5 MiB. The service stores and reads it, and fills empty fields with what it reads for sure. Null removes the resume.',
    },
  },
  version: { type: 'special', description: 'Increases with each change. `If-Match` compares it.', example: 1 },
  createdAt: {
    type: 'special',
    description: 'When the prospect was created, in Unix milliseconds.',
    example: 1795412345678,
  },
  updatedAt: {
    type: 'special',
    description: 'When the prospect was last changed, in Unix milliseconds.',
    example: 1795412345678,
  },
  linkedinUrl: {
    type: 'url',
    maxLength: 500,
    headings: 'linkedin linkedinprofile linkedinprofileurl linkedinlink',
    description: 'Address of the LinkedIn profile: an http or https URL.',
    example: 'https://www.linkedin.com/in/jose-neruda',
  },
  custom: {
    type: 'special',
    reported: true,
    csv: [],
    description: 'The values of the account’s custom fields that are set, by key.',
    example: { region: 'North', score: 7 },
    input: {
      description:
        'Values of the account’s custom fields (`/v1/fields`), by key. Absent keys keep their values, and null clears a value.',
      example: { region: 'North', score: 7 },
    },
  },
} as const satisfies Record<string, Field>

export interface Field extends Words {
  /**
   * - `line`, `lines`: a text of one line, or with line breaks.
   * - `url`: a text that is an http or https URL.
   * - `choice`: one of `values`.
   * - `reference`: the id of an item of the catalog.
   * - `special`: has rules of its own, in code. All other types are text fields: stored as they are given, null if empty.
   */
  type: 'line' | 'lines' | 'url' | 'choice' | 'reference' | 'special'
  /** In characters. */
  maxLength?: number
  values?: readonly string[]
  /** Required in a POST, and never null. */
  required?: true
  /** The column of `prospects`, if it is not the field's name in snake case. */
  column?: string
  /** The text filter of the list that searches its words. */
  words?: 'name' | 'title' | 'company' | 'city' | 'state' | 'postalCode'
  /** For a special field: `prospect.updated` reports its changes. Changes of text fields are always reported. */
  reported?: true
  /** A resume can fill it. */
  extracted?: true
  /** The group of the field. A resume fills a group only if none of its values contradicts the prospect. */
  filledWith?: 'work' | 'address' | 'license'
  /** Columns of an export in CSV; by default, one with the field's name. */
  csv?: readonly string[]
  /** Usual headings of its column in imported files, besides its name: lower-case letters and digits, separated by spaces. */
  headings?: string
  /** The description for bodies, if it differs from that for responses. */
  input?: Words
}

/** What the OpenAPI document says about a field. */
interface Words {
  description: string
  example?: unknown
}
