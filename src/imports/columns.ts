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

/** A column of the file and what it is; null: it is left out. */
export interface Column {
  name: string
  field: Field | null
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
/** What an export has beside the fields of a POST, and what the refused rows of an import have. */
for (const key of 'currentstage labelids jobids createdbyuserid updatedbyuserid version createdat updatedat error'.split(
  ' ',
))
  RECOGNISED.set(key, null)

/**
 * What a column of this name is, "E-mail", "e_mail" or "Ẽ mail": a field, null if it is known to be none, or undefined
 * if it is not known. What the caller says of it comes first.
 */
export function fieldOf(name: string, mapping: Mapping): Field | null | undefined {
  if (Object.hasOwn(mapping, name)) return mapping[name]
  const key = foldCase(name.normalize('NFD').replaceAll(/\p{M}/gu, '')).replaceAll(/[^\p{L}\p{N}]/gu, '')
  return RECOGNISED.get(key)
}

/** What the caller says of columns. */
export type Mapping = Record<string, Field | null>
