import { expect, test } from 'vitest'
import { scoreFilled } from '../bench/filled'
import { rate, score, type Truth } from '../bench/score'
import type { ParsedResume } from '../src/fields/parsed'

const source = { page: 1, line: 1, certainty: 'sure' as const }
const found = (value: string) => ({ ...source, value })
const period = { startDate: '2019-01', endDate: null, isCurrent: true }

const TRUTH: Truth = {
  name: 'José Núñez, Jr.',
  emails: ['jose@example.com'],
  phones: ['+12125550123'],
  city: 'New York',
  state: 'NY',
  postalCode: '10001-2345',
  links: ['https://linkedin.com/in/jose'],
  skills: ['Closing', 'MS Excel'],
  work: [
    { title: 'Agent', company: 'Acme Realty, Inc.', ...period },
    { title: 'Clerk', company: 'Acme Realty, Inc.', startDate: '2015', endDate: '2018', isCurrent: false },
  ],
  education: [{ school: 'NYU', degree: 'B.A., History', startDate: null, endDate: '2014' }],
  licenses: [{ name: 'Licensed Real Estate Salesperson', number: '10401234567', status: 'licensed' }],
}

const READ: ParsedResume = {
  name: found('JOSE NUNEZ JR, GRI'),
  emails: [found('jose@example.com')],
  phones: [found('+12125550123')],
  city: found('New York'),
  state: found('NY'),
  postalCode: found('10001-2345'),
  links: [found('http://www.linkedin.com/in/jose/')],
  skills: [found('closing'), found('MS Excel')],
  work: [
    { ...source, title: 'Clerk', company: 'Acme Realty', startDate: '2015', endDate: '2018', isCurrent: false },
    { ...source, title: 'Agent (part-time)', company: 'ACME REALTY, New York, NY', ...period },
  ],
  education: [{ ...source, school: 'NYU', degree: 'BA', startDate: null, endDate: '2014', isCurrent: false }],
  licenses: [{ ...source, name: 'Licensed Real Estate Salesperson, NY', number: '#10401234567', status: 'licensed' }],
}

test('equal values in other words are correct', () => {
  for (const [field, scored] of Object.entries(score(TRUTH, READ)))
    expect({ field, f1: rate([scored]).f1 }).toEqual({ field, f1: 1 })
})

test('a false value is wrong and missed, a value found twice is wrong once, every part of an unpaired entry counts', () => {
  const scores = score(TRUTH, {
    ...READ,
    name: found('Acme Realty'),
    emails: [found('j.ose@example.com')],
    phones: [found('+12125550123'), found('+12125550123')],
    work: READ.work.slice(1).map((job) => ({ ...job, endDate: '2020', isCurrent: false })),
    education: [
      { ...source, school: 'NYU', degree: 'M.A., History', startDate: null, endDate: '2014', isCurrent: false },
    ],
  })
  expect(rate([scores.name])).toEqual({ precision: 0, recall: 0, f1: 0, truths: 1 })
  expect(scores.emails).toEqual({ right: [], wrong: ['j.ose@example.com'], missed: ['jose@example.com'] })
  expect(rate([scores.phones])).toMatchObject({ precision: 0.5, recall: 1 })
  expect(scores['work companies'].missed).toEqual(['Acme Realty, Inc.'])
  expect(scores['work dates']).toMatchObject({
    right: ['Agent · Acme Realty, Inc.: start 2019-01'],
    wrong: ['Agent · Acme Realty, Inc.: end 2020'],
  })
  expect(scores['work dates'].missed).toHaveLength(3)
  expect(scores['education degrees']).toEqual({ right: [], wrong: ['M.A., History'], missed: ['B.A., History'] })
})

test('filled values must be those of the resume; a title only with its company', () => {
  const wrong = (filled: object) =>
    Object.entries(scoreFilled(TRUTH, filled)).flatMap(([f, s]) => (s.wrong[0] ? [f] : []))
  const right = { email: 'jose@example.com', city: 'New York', state: 'NY', licenseStatus: 'licensed' }
  expect(wrong({ ...right, postalCode: '100012345', title: 'Agent', company: 'Acme Realty' })).toEqual([])
  expect(
    wrong({ email: 'a@example.com', phone: '+12125550199', city: 'Rome', state: null, licenseStatus: 'in_progress' }),
  ).toEqual(['email', 'phone', 'city', 'licenseStatus'])
  expect(wrong({ title: 'Clerk', company: 'Acme Realty' })).toEqual(['title', 'company'])
  expect(wrong({ title: 'Agent', company: 'Other' })).toEqual(['title', 'company'])
})
