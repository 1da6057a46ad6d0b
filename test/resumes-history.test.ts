import { describe, expect, test } from 'vitest'
import type { ParsedResume } from '../src/resumes/fields/parsed'
import { readResume } from '../src/resumes/fields/read'
import type { Span } from '../src/resumes/text/span'
import { page, read, TOP } from './resume-pages'

describe('jobs', () => {
  const jobs = (found: ParsedResume) =>
    found.work.map((job) => [job.title, job.company, job.startDate, job.isCurrent ? 'now' : job.endDate].join(' / '))
  const agent = ['Senior Agent / Keller Williams / 2018-03 / now']
  test.each<[string, string[]]>([
    ['in one line', ['Senior Agent | Keller Williams | March 2018 – Present']],
    ['with dates in parentheses', ['Keller Williams — Senior Agent (Mar 2018 to date)']],
    ['with a comma and a place', ['Senior Agent, Keller Williams, Austin, TX |> 03/2018 - Current']],
    ['with at', ['Senior Agent at Keller Williams |> 3/2018–Now']],
    ['the title above', ['Senior Agent @10b', 'Keller Williams, Austin, TX', 'March 2018 - Present']],
    ['the company above', ['Keller Williams |> Austin, TX @10b', 'Senior Agent |> Mar. 2018 – Present']],
    ['the dates first', ['2018-03 – ongoing', 'Senior Agent', 'Keller Williams']],
    ['since', ['Senior Agent, Keller Williams |> Since March 2018']],
    ['an open end', ['Senior Agent, Keller Williams |> 03/2018 –']],
    ['the place behind a hyphen', ['Senior Agent', 'Keller Williams-Austin, TX', 'March 2018 to Present']],
  ])('%s', (_, lines) => {
    const found = read([...TOP, 'EXPERIENCE @12b', ...lines, '• Sold 41 homes in 2019 and 2020.', '• Led a team of 5.'])
    expect(jobs(found)).toEqual(agent)
  })
  test('dates on two lines of a narrow column', () => {
    const at = (text: string, x: number, y: number): Span => ({
      page: 1,
      text,
      x,
      y,
      width: text.length * 5,
      size: 10,
      bold: false,
    })
    const top = page([...TOP, 'EXPERIENCE @12b', '', 'Did this and that for many people. x120']).spans
    const job = [
      at('2018-03 -', 50, 140),
      at('Senior Agent', 120, 140),
      at('present', 50, 153),
      at('Keller Williams', 120, 153),
    ]
    expect(jobs(readResume({ spans: [...top, ...job], pages: 1, isCut: false }, 'US'))).toEqual(agent)
  })
  test('a whole resume in capitals', () => {
    const lines = [
      'AGENT, COMPASS, AUSTIN, TX |> 2019 – 2022',
      'SOLD 41 HOMES TO PEOPLE WHO CAME BACK.',
      'CLERK, COSTCO |> 2015 – 2019',
    ]
    expect(jobs(read(['JANE DOE', 'JANE@DOE.COM', 'WORK EXPERIENCE', ...lines]))).toEqual([
      'AGENT / COMPASS / 2019 / 2022',
      'CLERK / COSTCO / 2015 / 2019',
    ])
  })
  test('positions under one company', () => {
    const lines = [
      'Lakeview Homes |> Chicago, IL @11b',
      'Team Lead |> 2020 – Present',
      '• Led five.',
      'Agent |> 2016 – 2020',
      '• Sold.',
    ]
    expect(jobs(read([...TOP, 'EXPERIENCE @12b', ...lines]))).toEqual([
      'Team Lead / Lakeview Homes / 2020 / now',
      'Agent / Lakeview Homes / 2016 / 2020',
    ])
  })
  test('the order of other entries says what an unknown word is', () => {
    const lines = [
      'Quillfeather',
      'Marketing Manager',
      '2019 – 2022',
      '• Ran it.',
      'Nestwell',
      'Wrangler',
      '2016 – 2019',
      '• Ran it.',
    ]
    expect(jobs(read([...TOP, 'EXPERIENCE @12b', ...lines]))).toEqual([
      'Marketing Manager / Quillfeather / 2019 / 2022',
      'Wrangler / Nestwell / 2016 / 2019',
    ])
  })
  test('lists without descriptions', () => {
    const lines = [
      'Agent, Compass, 2019–2022',
      'Server, Olive Garden, 2016–2019',
      'Barista, Blue Heron Coffee, 2014–2016',
    ]
    expect(jobs(read([...TOP, 'WORK HISTORY @12b', ...lines]))).toEqual([
      'Agent / Compass / 2019 / 2022',
      'Server / Olive Garden / 2016 / 2019',
      'Barista / Blue Heron Coffee / 2014 / 2016',
    ])
  })
  test('dates in descriptions begin no entry', () => {
    const lines = [
      'Agent, Compass |> 2019 – 2022',
      'Closed 12 sides from 2020 to 2021, most of them from referrals.',
      '• Top producer 2020, 2021',
    ]
    expect(jobs(read([...TOP, 'EXPERIENCE @12b', ...lines]))).toEqual(['Agent / Compass / 2019 / 2022'])
  })
})

describe('schools', () => {
  const schools = (lines: string[]) =>
    read([...TOP, 'EDUCATION @12b', ...lines]).education.map((one) =>
      [one.school, one.degree, one.startDate, one.endDate].join(' / '),
    )
  test.each<[string[], string[]]>([
    [
      ['Bachelor of Science in Marketing, University of Texas, 2012'],
      ['University of Texas / Bachelor of Science in Marketing //  2012'],
    ],
    [
      ['University of Texas |> Austin, TX', 'B.A., Psychology |> 2008 – 2012'],
      ['University of Texas / B.A., Psychology / 2008 / 2012'],
    ],
    [['MBA', 'Baylor University', 'Expected May 2026'], ['Baylor University / MBA //  2026-05']],
    [
      ['High School Diploma, Lincoln High School, Class of 2012'],
      ['Lincoln High School / High School Diploma //  2012'],
    ],
    [
      ['Baylor University', 'MBA, 2015', 'BBA, 2011'],
      ['Baylor University / MBA //  2015', 'Baylor University / BBA //  2011'],
    ],
    [['Vandelay', 'B.A. History |> 2008 – 2012'], ['Vandelay / B.A. History / 2008 / 2012']],
    [
      ['B.S. Finance, University of', 'Nevada, Las Vegas', '2004 - 2008'],
      ['University of Nevada, Las Vegas / B.S. Finance / 2004 / 2008'],
    ],
  ])('%j', (lines, found) => expect(schools(lines)).toEqual(found.map((text) => text.replace('//  ', '/  / '))))
})

describe('skills', () => {
  const skills = (lines: string[]) => read([...TOP, 'SKILLS @12b', ...lines]).skills.map(({ value }) => value)
  test.each<[string[], string[]]>([
    [['MLS, Excel; Negotiation | Staging'], ['MLS', 'Excel', 'Negotiation', 'Staging']],
    [
      ['Software: Dotloop, DocuSign', 'Sales: Cold calling'],
      ['Dotloop', 'DocuSign', 'Cold calling'],
    ],
    [
      ['• Excel ●●●○○', '• Canva (Advanced)', '• Excel'],
      ['Excel', 'Canva'],
    ],
    [['CRM (Salesforce, HubSpot), and Word'], ['CRM (Salesforce, HubSpot)', 'Word']],
    [['I have a proven record of closing deals with care. I listen.'], []],
    [
      ['Communication', 'Social media', 'Training'],
      ['Communication', 'Social media', 'Training'],
    ],
  ])('%j', (lines, found) => expect(skills(lines)).toEqual(found))
})

describe('licences', () => {
  const licenses = (lines: string[], heading = 'LICENSES @12b') =>
    read([...TOP, heading, ...lines]).licenses.map(({ name, number, status, certainty }) =>
      [name, number ?? '-', status, certainty].join(' / '),
    )
  test.each<[string, string[]]>([
    [
      'Licensed Real Estate Salesperson, NY #10401234567',
      ['Licensed Real Estate Salesperson / 10401234567 / licensed / sure'],
    ],
    ['CA DRE #01234567', ['CA DRE / 01234567 / licensed / sure']],
    [
      'Real Estate Broker License No. BK3012345 (Florida)',
      ['Real Estate Broker License / BK3012345 / licensed / sure'],
    ],
    ['NMLS #1234567', ['NMLS / 1234567 / licensed / sure']],
    ['Series 6, 63', ['Series 6 / - / licensed / sure', 'Series 63 / - / licensed / sure']],
    ['FINRA Series 7', ['Series 7 / - / licensed / sure']],
    ['Property & Casualty License (Texas), #1234567', ['Property & Casualty License / 1234567 / licensed / sure']],
    ['Life, Accident & Health', ['Life, Accident & Health / - / licensed / sure']],
    ['National Producer Number (NPN) 12345678', ['National Producer Number (NPN) / 12345678 / licensed / sure']],
    ['Real estate salesperson: exam scheduled June 2025', ['Real estate salesperson / - / in_progress / sure']],
    ['Affiliate Broker, Tennessee – application in process', ['Affiliate Broker / - / in_progress / sure']],
    ['Driver’s license, class D', []],
    ['CPR and First Aid', []],
    ['Google Ads Certificate', []],
    ['Member, National Association of Realtors®', []],
    ['Real Estate License (expired)', []],
  ])('%j: %j', (line, found) => expect(licenses([line])).toEqual(found))

  test('in the contact area', () => {
    expect(read(['Jane Doe @18b', 'DRE Lic. 01998877', ...TOP.slice(1)]).licenses).toMatchObject([
      { number: '01998877', certainty: 'sure' },
    ])
  })
  test('a job says nothing about them', () =>
    expect(licenses(['Licensed Real Estate Salesperson, Compass |> 2018 – 2020'], 'EXPERIENCE @12b')).toEqual([]))
})
