import { beforeEach, describe, expect, test } from 'vitest'
import { matchColumns } from '../../src/imports/columns'
import { keyOf } from '../../src/imports/heading-key'
import { HEADINGS } from '../../src/imports/headings'
import { FIELD_NAMES, fieldOf } from '../../src/prospects/field-names'
import { type Account, newAccount } from '../support/api'
import { asText, holdImports, imported } from '../support/import-files'

/** Exports of other programs with their real headings and made-up people: path → text. */
const FILES = import.meta.glob<string>('./exports/*.csv', { query: '?raw', import: 'default', eager: true })

let account: Account
beforeEach(async () => {
  holdImports()
  account = await newAccount()
})

const ANN = {
  ...{ firstName: 'Ann', lastName: 'Lee', email: 'ann@example.com', phone: '+12125550123' },
  ...{ company: 'Acme Realty', title: 'Agent' },
  ...{ streetAddress: '1 Main St', city: 'New York', state: 'NY', postalCode: '10001' },
}

/** What an import makes of each export: its first prospect, the columns that it does not use, and errors or warnings. */
const EXPORTS: Record<string, { first: object; unknown: string[]; errors?: string[] }> = {
  'google-contacts-old': {
    first: { ...ANN, labels: ['2024', 'Agents', 'myContacts', 'Spring'], notes: 'Met at the fair.' },
    unknown:
      'Additional Name|Yomi Name|Given Name Yomi|Additional Name Yomi|Family Name Yomi|Name Prefix|Name Suffix|Initials|Nickname|Short Name|Maiden Name|Birthday|Gender|Location|Billing Information|Directory Server|Mileage|Occupation|Hobby|Sensitivity|Priority|Subject|Language|Photo|E-mail 1 - Type|E-mail 2 - Type|Phone 1 - Type|Phone 2 - Type|Address 1 - Type|Address 1 - Formatted|Address 1 - PO Box|Address 1 - Country|Address 1 - Extended Address|Organization 1 - Type|Organization 1 - Yomi Name|Organization 1 - Department|Organization 1 - Symbol|Organization 1 - Location|Organization 1 - Job Description|Website 1 - Type|Website 1 - Value|E-mail 2 - Value|Phone 2 - Value'.split(
        '|',
      ),
    errors: ['2 E-mail 2 - Value email not_first', '2 Phone 2 - Value phone not_first'],
  },
  'google-contacts-new': {
    first: { ...ANN, labels: ['Agents', 'myContacts', 'starred'], notes: 'Met at the fair.' },
    unknown:
      'Middle Name|Phonetic First Name|Phonetic Middle Name|Phonetic Last Name|Name Prefix|Name Suffix|Nickname|File As|Organization Department|Birthday|Photo|E-mail 1 - Label|E-mail 2 - Label|Phone 1 - Label|Phone 2 - Label|Address 1 - Label|Address 1 - Formatted|Address 1 - PO Box|Address 1 - Country|Address 1 - Extended Address|Address 2 - Label|Address 2 - Formatted|Address 2 - PO Box|Address 2 - Country|Address 2 - Extended Address|Website 1 - Label|Website 1 - Value|E-mail 1 - Value|Phone 1 - Value|Address 2 - Street|Address 2 - City'.split(
        '|',
      ),
    errors: ['2 E-mail 1 - Value email not_first', '2 Phone 1 - Value phone not_first'],
  },
  outlook: {
    first: { ...ANN, labels: ['Agents', 'Spring'], notes: 'Met at the fair.' },
    unknown:
      "Title|Middle Name|Suffix|Department|Business Street 2|Business Street 3|Business Country/Region|Home Street 2|Home Street 3|Home Country/Region|Other Street 2|Other Street 3|Other Country/Region|Assistant's Phone|Business Fax|Callback|Company Main Phone|Home Fax|ISDN|Other Fax|Pager|Radio Phone|TTY/TDD Phone|Telex|Account|Anniversary|Assistant's Name|Billing Information|Birthday|Business Address PO Box|Children|Directory Server|E-mail Type|E-mail Display Name|E-mail 2 Type|E-mail 2 Display Name|E-mail 3 Type|E-mail 3 Display Name|Gender|Government ID Number|Hobby|Home Address PO Box|Initials|Internet Free Busy|Keywords|Language|Location|Manager's Name|Mileage|Office Location|Organizational ID Number|Other Address PO Box|Priority|Private|Profession|Referred By|Sensitivity|Spouse|User 1|User 2|User 3|User 4|Web Page|Other City|E-mail 2 Address".split(
        '|',
      ),
    errors: ['2 E-mail 2 Address email not_first'],
  },
  'outlook-german': {
    first: { ...ANN, labels: ['Agents', 'Spring'], notes: 'Met at the fair.' },
    unknown:
      'Anrede|Weitere Vornamen|Suffix|Abteilung|Straße geschäftlich 2|Straße geschäftlich 3|Land/Region geschäftlich|Straße privat 2|Straße privat 3|Land/Region privat|Weitere Straße 2|Weitere Straße 3|Weiteres/e Land/Region|Telefon Assistent|Fax geschäftlich|Rückmeldung|Telefon Firma|Fax privat|ISDN|Weiteres Fax|Pager|Telefon für Hörbehinderte|Telex|Abrechnungsinformation|Benutzer 1|Benutzer 2|Benutzer 3|Benutzer 4|Beruf|Büro|E-Mail-Typ|E-Mail: Angezeigter Name|E-Mail 2: Typ|E-Mail 2: Angezeigter Name|E-Mail 3: Typ|E-Mail 3: Angezeigter Name|Empfohlen von|Geburtstag|Geschlecht|Hobby|Initialen|Internet-Frei/Gebucht|Jahrestag|Kinder|Konto|Name Assistent|Name des/der Vorgesetzten|Organisationsnr.|Ort|Partner|Postfach geschäftlich|Postfach privat|Priorität|Privat|Regierungsnr.|Reisekilometer|Sprache|Stichwörter|Vertraulichkeit|Verzeichnisserver|Webseite|Weiteres Postfach'.split(
        '|',
      ),
  },
  // its two columns "Titre" are a form of address and the job title
  'outlook-french': {
    first: { ...ANN, title: null, labels: ['Agents', 'Spring'], notes: 'Met at the fair.' },
    unknown:
      "Titre|Deuxième prénom|Suffixe|Service|Rue (bureau) 2|Rue (bureau) 3|Pays/Région (bureau)|Rue (domicile) 2|Rue (domicile) 3|Pays/Région (domicile)|Téléphone de l'assistant(e)|Télécopie (bureau)|Rappel|Téléphone société|Télécopie (domicile)|RNIS|Type de messagerie|Nom complet de l'adresse de messagerie|Anniversaire|Bureau|Emplacement|Page Web|Profession|Tél. mobile".split(
        '|',
      ),
    errors: ['2 Tél. mobile phone not_first'],
  },
  'outlook-spanish': {
    first: { ...ANN, labels: ['Agents', 'Spring'], notes: 'Met at the fair.' },
    unknown:
      'Title|Segundo nombre|Suffix|Department|Calle del trabajo 2|Calle del trabajo 3|País o región del trabajo|Business Fax|Número de centralita de la organización|Particular|Tipo de correo electrónico 2|Location|Prioridad|Página web'.split(
        '|',
      ),
  },
  'linkedin-connections': {
    first: {
      ...{ firstName: 'Ann', lastName: 'Lee', email: 'ann@example.com', company: 'Acme Realty' },
      ...{ title: 'Agent, Residential', linkedinUrl: 'https://www.linkedin.com/in/ann-lee' },
    },
    unknown: ['Connected On'],
    errors: ['1 null null skipped_lines'],
  },
  'salesforce-report': {
    first: { ...ANN, streetAddress: '1 Main St Apt 4' },
    unknown: ['Salutation', 'Mailing Country', 'Fax', 'Account Owner', 'Mobile'],
    errors: ['2 Mobile phone not_first', '5 null null skipped_lines'],
  },
  'follow-up-boss': {
    first: {
      ...{ ...ANN, company: null, title: null },
      ...{ currentStage: 'Contacted', labels: ['Agents', 'Spring'], notes: 'Met at the fair.' },
    },
    unknown:
      'Date Added|Assigned To|Last Assigned|Is Contacted|Listing Price|Email 1 - Type|Email 2 - Type|Email 3 - Type|Phone 1 - Type|Phone 2 - Type|Phone 3 - Type|Address 1 - Country|Address 1 - Type|Address 2 - Country|Address 2 - Type|Property Address|Property City|Property State|Property Postal Code|Property MLS Number|Property Price|Property Beds|Property Baths|Property Area|Property Lot|Message|Description|Calls|Texts|Background|Campaign Source|Campaign Medium|Campaign Term|Campaign Content|Campaign Name|Deal Stage|Deal Close Date|Deal Price|ID|Birthday|Timeframe|Website|Email 2|Phone 2'.split(
        '|',
      ),
    errors: ['2 Email 2 email not_first', '2 Phone 2 phone not_first', '3 Stage stage unknown_name'],
  },
  kvcore: {
    first: { ...ANN, company: null, title: null },
    unknown: ['status', 'deal_type', 'created_at', 'cell_phone_2'],
    errors: ['2 cell_phone_2 phone not_first'],
  },
  hubspot: {
    first: ANN,
    unknown:
      'Record ID|Contact owner|Lead Status|Lifecycle Stage|Associated Company IDs|Country/Region|Create Date|Last Activity Date|Mobile Phone Number'.split(
        '|',
      ),
    errors: ['2 Mobile Phone Number phone not_first'],
  },
  pipedrive: {
    first: {
      ...ANN,
      labels: ['Agents', 'Spring'],
      ...{ streetAddress: null, city: null, state: null, postalCode: null },
    },
    unknown:
      'Person - Owner|Person - Person created|Person - Marketing status|Person - ID|Person - Phone - Mobile'.split('|'),
    errors: ['2 Person - Phone - Mobile phone not_first'],
  },
  zoho: {
    first: { ...ANN, labels: ['Agents', 'Spring'] },
    unknown: 'Record Id|Contact Owner|Department|Fax|Mailing Country|Description|Other City'.split('|'),
  },
}

describe('an export of', () => {
  test.each(Object.entries(EXPORTS))('%s is read column by column', async (name, { first, unknown, errors = [] }) => {
    const done = await imported(account, FILES[`./exports/${name}.csv`] as string)
    const { prospects } = (await account.list('limit=1000&sort=createdAt')).json
    expect(prospects[0]).toMatchObject(first)
    expect([new Set(done.unknownColumns), done.errors.map(asText)]).toEqual([new Set(unknown), errors])
  })

  test('each program is tried, one file each', () =>
    expect(Object.keys(FILES).sort()).toEqual(
      Object.keys(EXPORTS)
        .map((name) => `./exports/${name}.csv`)
        .sort(),
    ))
})

test('a row takes its address from the first address that has a value', async () => {
  const done = await imported(
    account,
    'Name,Home City,Business Street,Business City,Address 2 - Zip\nAnn Lee,,1 Main St,,10001\nBob Ray,Newark,2 Main St,New York,\n',
  )
  const { prospects } = (await account.list('limit=1000&sort=createdAt')).json
  expect(prospects.map(({ streetAddress, city, postalCode }) => [streetAddress, city, postalCode])).toEqual([
    ['1 Main St', null, null],
    [null, 'Newark', null],
  ])
  expect(done.unknownColumns).toEqual(['Address 2 - Zip', 'Business Street', 'Business City'])
})

test('several emails or phones in one cell are one and the rest', async () => {
  const done = await imported(
    account,
    'name,email,phone\nAnn Lee,"a@example.com; b@example.com,c@example.com",212-555-0100 ::: 212-555-0101\n',
  )
  expect(done.errors.map(asText)).toEqual([
    '2 email email not_first',
    '2 email email not_first',
    '2 phone phone not_first',
  ])
  expect((await account.list()).json.prospects[0]).toMatchObject({ email: 'a@example.com', phone: '+12125550100' })
})

test('no heading has two meanings', () => {
  const meanings = Map.groupBy(
    [
      ...Object.values(HEADINGS).flatMap(Object.keys),
      ...FIELD_NAMES.flatMap((name) => fieldOf(name).headings?.split(' ') ?? []),
    ],
    keyOf,
  )
  expect([...meanings.values()].filter((spellings) => spellings.length > 1)).toEqual([])
})

test.each([
  ['Title', [], 'title'],
  ['Title', ['Job Title'], undefined],
  ['URL', [], undefined],
  ['URL', ['Connected On'], 'linkedinUrl'],
  ['ID', [], 'id'],
  ['ID', ['Date Added'], undefined],
  ['Ort', [], 'city'],
  ['Phone 12', [], 'phone'],
  ['Street 2', [], undefined],
  ['Address 2', [], undefined],
  ['Organization 2 - Name', [], undefined],
  ['Business Fax', [], undefined],
  ["Assistant's Phone", [], undefined],
  ['E-mail 1 - Type', [], undefined],
])('%j beside %j is %j', (name, beside, field) => expect(matchColumns([name, ...beside], {})[0]?.field).toBe(field))
