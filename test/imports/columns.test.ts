import { expect, test } from 'vitest'
import { guardFormula, unguardFormula } from '../../src/http/csv'
import { FIELDS, type Mapping, matchColumns } from '../../src/imports/columns'
import { splitFullName } from '../../src/imports/full-name'
import { CSV_COLUMNS } from '../../src/prospects/field-names'

const fieldOf = (name: string, mapping: Mapping = {}) => matchColumns([name], mapping)[0]?.field

test.each([
  ['First Name', 'firstName'],
  ['first_name', 'firstName'],
  ['FIRSTNAME', 'firstName'],
  ['Prénom', 'firstName'],
  ['E-mail', 'email'],
  ['e-mail address', 'email'],
  ['Émail', 'email'],
  ['Cell #', 'phone'],
  ['Mobile', 'phone'],
  ['Name', 'fullName'],
  ['ZIP', 'postalCode'],
  ['Tags', 'labels'],
  ['Lead Source', 'newSourceName'],
  ['currentStageId', 'stageId'],
  ['Current Stage', undefined],
  ['error', null],
  ['constructor', undefined],
  ['', undefined],
  ['Shoe size', undefined],
])('the column %j is %j', (name, field) => expect(fieldOf(name)).toBe(field))

test('every field and every column of an export is recognised by its name', () => {
  for (const field of FIELDS) expect(fieldOf(field)).toBe(field)
  expect(matchColumns([...CSV_COLUMNS], {}).filter(({ field }) => field === undefined)).toEqual([])
})

test('the mapping of the caller wins over the name of a column', () => {
  expect([fieldOf('Name', { Name: 'company' }), fieldOf('Name', { Name: null })]).toEqual(['company', null])
})

test.each([
  ['Ann Lee', 'Ann', 'Lee'],
  ['  Ann   Marie  Lee ', 'Ann Marie', 'Lee'],
  ['John E Smith', 'John E', 'Smith'],
  ['Lee, Ann', 'Ann', 'Lee'],
  ['van Beethoven, Ludwig', 'Ludwig', 'van Beethoven'],
  ['Ludwig van Beethoven', 'Ludwig', 'van Beethoven'],
  ['Maria Teresa de la Cruz Ortiz', 'Maria Teresa', 'de la Cruz Ortiz'],
  ['Van Morrison', 'Van', 'Morrison'],
  ['Dr. Ann Lee', 'Ann', 'Lee'],
  ['Lee, Dr. Ann', 'Ann', 'Lee'],
  ['Martin Luther King Jr.', 'Martin Luther', 'King Jr.'],
  ['Martin King, Jr.', 'Martin', 'King Jr.'],
  ['King, Martin Luther, Jr.', 'Martin Luther', 'King Jr.'],
  ['Henry Ford III', 'Henry', 'Ford III'],
  ['Cher', 'Cher', ''],
  ['Lee,', 'Lee', ''],
  ['', '', ''],
])('%j is %j and %j', (name, firstName, lastName) => expect(splitFullName(name)).toEqual({ firstName, lastName }))

test.each(['', 'a', "'", "'a", '=1', '+1', '-1', '@a', "'=1", "''-1", '\t1', 'a=1', "'\ta"])(
  'guarding %j is undone',
  (text) => expect(unguardFormula(guardFormula(text))).toBe(text),
)
