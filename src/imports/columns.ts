import { foldCase } from '../http/text'

/** What a column can be: a field of a POST, an id, or a whole name, which is split where its parts are not given. */
export const FIELDS = [
  'id',
  'firstName',
  'lastName',
  'fullName',
  'email',
  'phone',
  'stageId',
  'pipelineId',
  'licenseStatus',
  'labels',
  'notes',
  'title',
  'company',
  'userId',
  'streetAddress',
  'city',
  'state',
  'postalCode',
  'officeId',
  'sourceId',
  'newSourceName',
  'jobId',
  'update',
  'muteWebhook',
] as const
export type Field = (typeof FIELDS)[number]

/** The most columns that a file can have, and a row of NDJSON keys. */
export const MAX_COLUMNS = 500

/** A column of the file and what it is; null: it is left out; nothing: it is not known. */
export interface Column {
  name: string
  field?: Field | null | undefined
}

/** Usual spellings besides the fields' own, in small letters and digits. */
const SPELLINGS: { [F in Field]?: string } = {
  id: 'prospectid',
  firstName: 'first fname givenname given forename',
  lastName: 'last lname surname familyname family',
  fullName: 'name contact contactname prospect prospectname candidate candidatename leadname agentname',
  email:
    'emailaddress emailid mail primaryemail workemail personalemail contactemail email1 email2 emailaddress1 emailaddress2',
  phone:
    'phonenumber phoneno cell cellphone cellnumber mobile mobilephone mobilenumber mobileno telephone telephonenumber tel primaryphone homephone workphone contactnumber phone1 phone2 phonenumber1 phonenumber2',
  stageId: 'currentstageid',
  licenseStatus: 'licencestatus licensingstatus',
  labels: 'label tag tags',
  notes: 'note comment comments remarks',
  title: 'jobtitle position role',
  company: 'companyname brokerage employer organization organisation firm currentcompany',
  streetAddress: 'address street address1 addressline1 streetaddress1 mailingaddress homeaddress',
  city: 'town',
  state: 'province stateprovince region',
  postalCode: 'zip zipcode postcode zippostalcode',
  newSourceName: 'source sourcename leadsource referralsource',
}
const RECOGNISED = new Map<string, Field | null>(
  FIELDS.flatMap((field) => [field.toLowerCase(), ...(SPELLINGS[field]?.split(' ') ?? [])].map((key) => [key, field])),
)
// what the refused rows of an import have
RECOGNISED.set('error', null)
/** What an export has beside the fields of a POST. */
const EXPORTED = new Set(
  'currentstage labelids jobids createdbyuserid updatedbyuserid version createdat updatedat'.split(' '),
)

/**
 * What columns of these names are, "E-mail", "e_mail" or "Ẽ mail": a field, or null if it is none. What the caller says of
 * one comes first. What only an export has is known in the company of an `id`.
 */
export function columnsOf(names: string[], mapping: Mapping): Column[] {
  const keys = names.map((name) =>
    foldCase(name.normalize('NFD').replaceAll(/\p{M}/gu, '')).replaceAll(/[^\p{L}\p{N}]/gu, ''),
  )
  const isExport = keys.some((key) => RECOGNISED.get(key) === 'id')
  return names.map((name, i) => {
    if (Object.hasOwn(mapping, name)) return { name, field: mapping[name] }
    const key = keys[i] as string
    return { name, field: isExport && EXPORTED.has(key) ? null : RECOGNISED.get(key) }
  })
}

/** What the caller says of columns. */
export type Mapping = Record<string, Field | null>
