import { describe, expect, test } from 'vitest'
import type { ParsedResume } from '../src/resumes/fields/parsed'
import { readResume } from '../src/resumes/fields/read'
import type { Span } from '../src/resumes/text/span'
import { page, read, TOP } from './resume-pages'

/** A span whose first letters are bold, and the rest is not. */
const inTwo = (span: Span, start: string, bold: number): Span[] =>
  span.text.startsWith(start)
    ? [
        { ...span, text: span.text.slice(0, bold), width: bold * 5, bold: true },
        { ...span, text: span.text.slice(bold + 1), x: span.x + (bold + 1) * 5, width: span.width - (bold + 1) * 5 },
      ]
    : [span]

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
    [
      'labels',
      ['Employer: Keller Williams', 'Position: Senior Agent', 'Dates: March 2018 – Present', 'Location: Austin'],
    ],
    ['bold and plain', ['Senior Agent Keller Williams |> March 2018 – Present']],
    [
      'a form',
      [
        'Keller Williams |> 03/2018 - Present',
        '1800 Main Street NW |> Hours per week: 40',
        'Austin, TX 78701 United States',
        'Senior Agent',
        'Duties:',
        'Supervisor: Ann Roe, Manager',
        'Okay to contact this Supervisor: Yes',
      ],
    ],
    ['the place behind a hyphen', ['Senior Agent', 'Keller Williams-Austin, TX', 'March 2018 to Present']],
  ])('%s', (_, lines) => {
    const document = page([
      ...TOP,
      'EXPERIENCE @12b',
      ...lines,
      '• Sold 41 homes in 2019 and 2020.',
      '• Led a team of 5.',
    ])
    const spans = document.spans.flatMap((span) => inTwo(span, 'Senior Agent Keller', 12))
    const found = readResume({ ...document, spans }, 'US')
    expect(jobs(found)).toEqual(agent)
  })
  test('a title with its department stands under its company', () => {
    const lines = [
      'ARGONAUT GROUP, INC. |> 2009 – Present @11b',
      'Chief Underwriting Officer (2018 – Present)',
      '• Led.',
      'Vice President, Casualty (2014 – 2018)',
      '• Led.',
      'Vice President, Widgets (2009 – 2014)',
      '• Led.',
    ]
    expect(jobs(read([...TOP, 'EXPERIENCE @12b', ...lines]))).toEqual([
      'Chief Underwriting Officer / ARGONAUT GROUP, INC. / 2018 / now',
      'Vice President, Casualty / ARGONAUT GROUP, INC. / 2014 / 2018',
      'Vice President, Widgets / ARGONAUT GROUP, INC. / 2009 / 2014',
    ])
  })
  test.each([
    [['Agent, Compass |> 2018 – Present'], 'Agent / Compass sure'],
    [['Agent (COMPASS REALTY) |> 2018 – Present'], 'Agent / COMPASS REALTY sure'],
    [['Client Care Manager', 'Hunt Real Estate |> 2018 – Present'], 'Client Care Manager / Hunt Real Estate sure'],
    // no word says that it is a title
    [['Wrangler, Keller Williams |> 2018 – Present'], 'Wrangler / Keller Williams likely'],
    [['Prewitt Group Real Estate, St. Louis |> 2018 – Present'], ' / Prewitt Group Real Estate likely'],
    [['Compass Realty |> 2018 – Present', 'Lead a crew of nine; bid jobs up to $400K.'], ' / Compass Realty likely'],
  ])('%j: %s', (lines, expected) => {
    const { work } = read([...TOP, 'EXPERIENCE @12b', ...lines, '• Sold 41 homes.'])
    expect(work.map(({ title, company, certainty }) => `${title ?? ''} / ${company} ${certainty}`).join()).toBe(
      expected,
    )
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
    [['School: Rice University', 'Degree: DEC', 'Dates: 2008 – 2010'], ['Rice University / DEC / 2008 / 2010']],
    [['Howard University', 'M.Div.', 'May 2015'], ['Howard University / M.Div. //  2015-05']],
    [['AB, cum laude, Princeton University'], ['Princeton University / AB //  ']],
    [['Some college in Business', 'Rice University'], ['Rice University / Some college in Business //  ']],
    [['LUTCF @10b', 'The American College • 2010'], ['The American College / LUTCF //  2010']],
    [
      ['Associate in Applied Science, Tidewater @10b', 'Community College', '2009 to 2011'],
      ['Tidewater Community College / Associate in Applied Science / 2009 / 2011'],
    ],
    [
      ['BS, Planning, Public Policy & Management, Rice University'],
      ['Rice University / BS, Planning, Public Policy & Management //  '],
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
    [
      ['Yardi |> Expert', 'R |> Skillful'],
      ['Yardi', 'R'],
    ],
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
    [
      'Enrolled: 60-hour Texas pre-licensing, finishing June 2025',
      ['60-hour Texas pre-licensing / - / in_progress / sure'],
    ],
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
  test('a course that was taken is none on its way', () => {
    expect(licenses(['Real Estate Pre-License, Gold Coast Schools, 2019'], 'EDUCATION @12b')).toEqual([])
  })
  test('a job says nothing about them', () =>
    expect(licenses(['Licensed Real Estate Salesperson, Compass |> 2018 – 2020'], 'EXPERIENCE @12b')).toEqual([]))
})
