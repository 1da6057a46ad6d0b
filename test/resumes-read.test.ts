import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { linesOf } from '../src/resumes/layout'
import type { Found, ParsedResume } from '../src/resumes/parsed'
import { readResume } from '../src/resumes/read'
import type { DocumentText, Span } from '../src/resumes/span'

/**
 * A page as it is written: `text @18b x200` is in 18 points, bold, from 200 points on; `|>` sets a cell at the right
 * margin, an empty line a gap. Each further page begins with `---`.
 */
function page(lines: string[]): DocumentText {
  const spans: Span[] = []
  let [number, y] = [1, 40]
  for (const line of lines) {
    if (line === '---') {
      number++
      y = 40
      continue
    }
    const [, written = '', size, bold, at] = /^(.*?)(?: @(\d+)(b?))?(?: x(\d+))?$/.exec(line) ?? []
    const points = Number(size ?? 10)
    y += line === '' ? 10 : points * 1.3
    const [left = '', right] = written.split(' |> ')
    const add = (text: string, x: number) =>
      spans.push({ page: number, text, x, y, width: text.length * points * 0.5, size: points, bold: bold === 'b' })
    if (left.trim()) add(left, Number(at ?? 50))
    if (right) add(right, 560 - right.length * points * 0.5)
  }
  return { spans, pages: number, isCut: false }
}

/** Two columns beside each other, the left from 40 points on, the right from 240. */
function columns(left: string[], right: string[]): DocumentText {
  const [a, b] = [page(left.map((line) => `${line} x40`)), page(right.map((line) => `${line} x240`))]
  return { spans: [...a.spans, ...b.spans], pages: 1, isCut: false }
}

const read = (lines: string[], country = 'US') => readResume(page(lines), country)
const told = (found: Found | null) => found && `${found.value} ${found.certainty}`
const TOP = ['Jane Doe @20b', 'Austin, TX 78701 | (512) 555-0142 | jane.doe@gmail.com']

describe('names', () => {
  test.each([
    ['JOSÉ NERÚDA @18b', 'José Nerúda'],
    ['KATHLEEN O’NEILL @18b', 'Kathleen O’Neill'],
    ['ANNEKE VAN DER BERG @18b', 'Anneke van der Berg'],
    ['SEAN MCDONALD @18b', 'Sean McDonald'],
    ['Jane Doe, MBA, CRS @18b', 'Jane Doe'],
    ['Jane Doe, Realtor® @18b', 'Jane Doe'],
    ['Demetrius W. St. James, Jr. @18b', 'Demetrius W. St. James, Jr.'],
    ['WALTER P. ASHWORTH III @18b', 'Walter P. Ashworth III'],
    ['Marcus "Tre" Bell @18b', 'Marcus Bell'],
    ['Thomas (Tom) MacAllister @18b', 'Thomas MacAllister'],
    ['Kowalski, James R. @18b', 'James R. Kowalski'],
    ['Resume of Jane Doe @18b', 'Jane Doe'],
    ['jane doe @18b', 'Jane Doe'],
    ['Jane Doe | Realtor @18b', 'Jane Doe'],
    ['J A N E   D O E @18b', 'Jane Doe'],
    ['D. H. Lawrence-Smith @18b', 'D. H. Lawrence-Smith'],
    ['Tamika Baker (she/her) @18b', 'Tamika Baker'],
    ['Chase Gallagher @18b', 'Chase Gallagher'],
  ])('%j: %s', (line, name) => expect(read([line, 'jane@example.com']).name?.value).toBe(name))

  test.each([
    'Curriculum Vitae @18b',
    'Real Estate Agent @18b',
    'Professional Experience @18b',
    'Keller Williams Realty @18b',
    'Austin, Texas @18b',
    '(512) 555-0142 @18b',
  ])('%j is none', (line) => expect(read([line]).name).toBeNull())

  test('on two lines, in the largest letters', () => {
    expect(told(read(['JANE @28', 'DOE @28', 'Sales Manager @12', 'jane@doe.com']).name)).toBe('Jane Doe sure')
  })
  test('below the title of the document', () => {
    expect(read(['Curriculum Vitae @20b', 'Jane Doe @14b', 'jane.doe@gmail.com']).name?.value).toBe('Jane Doe')
  })
})

describe('emails and phones', () => {
  const phones = (lines: string[], country = 'US') => read(['Jane Doe @18b', ...lines], country).phones.map(told)
  test.each([
    ['(512) 555-0142', ['+15125550142 sure']],
    ['512.555.0142 ext. 12', ['+15125550142 sure']],
    ['Austin, TX 78701 512-555-0142', ['+15125550142 sure']],
    ['Cell: 512-555-0142 | Office: 512-555-0199', ['+15125550142 sure', '+15125550199 likely']],
    ['512-555-0142 | 512-555-0199', ['+15125550142 likely', '+15125550199 likely']],
    ['Phone 512-555-0142 | Fax 512-555-0143', ['+15125550142 sure']],
    ['F: 512-555-0143', []],
    ['512-555-0142 (cell) 512-555-0143 (fax)', ['+15125550142 sure']],
    ['NMLS #5125550142', []],
    ['License No. 5125550142', []],
    ['DRE Lic. 01998877', []],
    ['2014-2018 2012', []],
    ['01/2018 - 03/2020', []],
    ['SSN 512-55-0142', []],
    ['1-954-555-0187', ['+19545550187 sure']],
    ['+44 20 7946 0321', ['+442079460321 sure']],
  ])('%j: %j', (line, numbers) => expect(phones([line])).toEqual(numbers))

  test('a British number', () => expect(phones(['020 7946 0412'], 'GB')).toEqual(['+442079460412 sure']))

  test('what stands in jobs and under references is no one’s here', () => {
    const found = read([
      ...TOP,
      'EXPERIENCE @12b',
      'Agent, Keller Williams |> 2018 – Present',
      '• Files to files@kw.com, desk 512-555-0100.',
      'REFERENCES @12b',
      'Ann Roe, Manager, 512-555-0177, ann@roe.com',
    ])
    expect(found.emails.map(told)).toEqual(['jane.doe@gmail.com sure'])
    expect(found.phones.map(told)).toEqual(['+15125550142 sure'])
  })
  test('two addresses without labels are both likely; a label makes sure', () => {
    expect(read(['Jane Doe', 'jane@kw.com | jane@gmail.com']).emails.map(told)).toEqual([
      'jane@kw.com likely',
      'jane@gmail.com likely',
    ])
    expect(read(['Jane Doe', 'Email: jane@gmail.com | Broker: bob@kw.com']).emails.map(told)).toEqual([
      'jane@gmail.com sure',
      'bob@kw.com likely',
    ])
    expect(read(['Jane Doe', 'info@acme.com']).emails.map(told)).toEqual(['info@acme.com likely'])
  })
  test('someone else’s address below a name in the contact area', () => {
    const found = read(['Jane Doe @18b', 'CONTACT @12b', 'jane@doe.com', 'Ann Roe, Manager', 'ann@roe.com'])
    expect(found.emails.map(told)).toEqual(['jane@doe.com sure'])
  })
  test('an address that a narrow column broke', () => {
    const found = columns(
      [
        'Jane Doe @18b',
        'CONTACT @11b',
        'jane.doe.realtor@',
        'gmail.com',
        '512-555-0142',
        'SKILLS @11b',
        'MLS',
        'Excel',
      ],
      [
        'PROFILE @11b',
        'An agent of many years.',
        'EXPERIENCE @11b',
        'Agent',
        'Keller Williams',
        '2018 - 2020',
        'x',
        'y',
      ],
    )
    expect(readResume(found, 'US').emails.map(told)).toEqual(['jane.doe.realtor@gmail.com sure'])
  })
  test('a number that is free to call, and one in a sentence', () => {
    expect(phones(['800-555-0142'])).toEqual(['+18005550142 likely'])
    expect(phones(['I was the one who picked up at 512-555-0142 on any day of the week']).length).toBe(0)
  })
  test('icons and marks of plain text are no part of what they stand beside', () => {
    const found = read(['# Jane Doe', '**Email:** jane.doe@gmail.com | 📞 512-555-0142 📍 Austin, TX'])
    expect([found.name?.value, found.emails.length, found.phones.length, found.city?.value]).toEqual([
      'Jane Doe',
      1,
      1,
      'Austin',
    ])
  })
  test('a footer with the contact', () => {
    const found = read([
      'Jane Doe @18b',
      'EXPERIENCE @12b',
      'Agent, Compass |> 2018 – 2020',
      '',
      '',
      '',
      'jane@doe.com | 512-555-0142 | Austin, TX 78701',
    ])
    expect([told(found.emails[0] ?? null), found.city?.value]).toEqual(['jane@doe.com sure', 'Austin'])
  })
})

describe('places', () => {
  test.each([
    ['Austin, TX 78701', 'Austin/TX/78701'],
    ['123 Main St, Apt 4B, Austin, TX 78701-1234', 'Austin/TX/78701-1234'],
    ['123 Main Street Austin, TX', 'Austin/TX/'],
    ['Brooklyn, New York', 'Brooklyn/New York/'],
    ['Bellevue WA 98004', 'Bellevue/WA/98004'],
    ['Toronto, ON M5V 2T6', 'Toronto/ON/M5V 2T6'],
    ['London SW1A 1AA', 'London//SW1A 1AA'],
    ['Location: Winston-Salem, NC', 'Winston-Salem/NC/'],
    ['Address 5 Elm St, Fort Lauderdale, FL', 'Fort Lauderdale/FL/'],
    ['Portland, Oregon, United States', 'Portland/Oregon/'],
    ['Licensed in Austin, TX', '//'],
    ['Born in Austin, TX', '//'],
    ['Realtor, Keller Williams', '//'],
  ])('%j: %s', (line, place) => {
    const { city, state, postalCode } = read(['Jane Doe @18b', line])
    expect([city, state, postalCode].map((found) => found?.value ?? '').join('/')).toBe(place)
  })
})

describe('links', () => {
  test.each([
    ['linkedin.com/in/jane-doe', 'https://linkedin.com/in/jane-doe sure'],
    ['LinkedIn: https://www.LinkedIn.com/in/jane/', 'https://www.linkedin.com/in/jane/ sure'],
    ['www.janesells.homes', 'https://www.janesells.homes likely'],
    ['jane@janesells.com', undefined],
    ['St. James Inc.', undefined],
  ])('%j: %s', (line, link) => expect(told(read(['Jane Doe @18b', line]).links[0] ?? null) ?? undefined).toBe(link))

  test('two places that disagree are likely', () => {
    const { city } = read(['Jane Doe @18b', 'Austin, TX', 'Keller Williams, Dallas, TX', 'Dallas, TX 75201'])
    expect(told(city)).toBe('Austin likely')
  })
  test('not an employer’s', () =>
    expect(read([...TOP, 'EXPERIENCE @12b', 'Agent, Compass |> 2018 – 2020', '• See www.compass.com']).links).toEqual(
      [],
    ))
})

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

describe('layouts', () => {
  test('a sidebar on the left with sections of its own', () => {
    const found = readResume(
      columns(
        [
          'CONTACT @11b',
          '(512) 555-0142',
          'jane.doe@gmail.com',
          'Austin, TX',
          'SKILLS @11b',
          'MLS',
          'Excel',
          'Staging',
        ],
        [
          'Jane Doe @20b',
          'EXPERIENCE @11b',
          'Agent @10b',
          'Compass',
          '2018 – Present',
          'Sold 41 homes to people who came back to me.',
          'EDUCATION @11b',
          'B.A. History, Rice University, 2012',
        ],
      ),
      'US',
    )
    expect([found.name?.value, found.city?.value, found.skills.length, found.work.length]).toEqual([
      'Jane Doe',
      'Austin',
      3,
      1,
    ])
    expect(found.education).toMatchObject([{ school: 'Rice University', degree: 'B.A. History', endDate: '2012' }])
  })
  test('headings of unknown words: their lines say what they are about', () => {
    const found = read([
      ...TOP,
      'SUMMARY @14b',
      'I sell homes and like it.',
      '',
      'THE ROAD SO FAR @14b',
      'Agent @10b',
      'Compass, Austin, TX',
      '2018 – Present',
      '• Sold 41 homes.',
      '',
      'CLASSROOMS @14b',
      'B.A. History',
      'Rice University, 2012',
      '',
      'ASK THEM @14b',
      'Ann Roe, ann@roe.com',
      '',
      'SKILLS @14b',
      'MLS, Excel',
    ])
    expect(found.work).toMatchObject([{ title: 'Agent', company: 'Compass' }])
    expect(found.education).toMatchObject([{ school: 'Rice University', degree: 'B.A. History' }])
    expect([found.skills.length, found.emails.length]).toEqual([2, 1])
  })
  test('headings in the margin', () => {
    const beside = (left: string, right: string, y: number): Span[] => [
      ...(left ? [{ page: 1, text: left, x: 40, y, width: left.length * 5, size: 10, bold: true }] : []),
      { page: 1, text: right, x: 180, y, width: right.length * 5, size: 10, bold: false },
    ]
    const rows: [string, string][] = [
      ['', 'Jane Doe'],
      ['', 'jane@doe.com'],
      ['Experience', 'Agent, Compass, 2018 – 2020'],
      ['', 'Clerk, Costco, 2015 – 2018'],
      ['Skills', 'MLS, Excel'],
      ['Education', 'B.A. History, Rice University, 2012'],
    ]
    const found = readResume(
      { spans: rows.flatMap(([left, right], i) => beside(left, right, 40 + i * 20)), pages: 1, isCut: false },
      'US',
    )
    expect([found.work.length, found.skills.length, found.education.length]).toEqual([2, 2, 1])
  })
  test('headers and footers that return are no part of a job', () => {
    const found = read([
      ...TOP,
      'EXPERIENCE @12b',
      'Agent, Compass |> 2018 – 2020',
      '• Sold.',
      '---',
      'Jane Doe',
      'Page 2 of 2',
      '• Sold more.',
      'Clerk, Costco |> 2015 – 2018',
    ])
    expect(found.work.map(({ company }) => company)).toEqual(['Compass', 'Costco'])
  })
})

test('whatever the spans are: nothing is thrown, lists are bounded, and every find stands on a line that exists', () => {
  const words = fc.constantFrom(
    'EXPERIENCE',
    'Education',
    'Skills',
    'Licenses',
    'Contact',
    'Agent',
    'Keller Williams',
    '2018 – Present',
    '01/2018 -',
    '(512) 555-0142',
    'jane@doe.com',
    'a, b; c',
    'Austin, TX',
    'linkedin.com/in/x',
    'DRE #01234567',
    'Rice University',
    'B.A.',
    '•',
    'Series 6, 63',
    '====',
  )
  const span = fc.record({
    page: fc.constantFrom(1, 1, 2, 3, 0, -1, 1.5),
    text: fc.oneof(words, words, fc.string({ unit: 'grapheme' })),
    x: fc.oneof(fc.constantFrom(40, 200, 500), fc.double()),
    y: fc.oneof(fc.integer({ min: 0, max: 800 }), fc.double()),
    width: fc.oneof(fc.constantFrom(30, 100), fc.double()),
    size: fc.oneof(fc.constantFrom(10, 12, 20), fc.double()),
    bold: fc.boolean(),
  })
  fc.assert(
    fc.property(fc.array(span, { maxLength: 60 }), (spans) => {
      const text = { spans, pages: 3, isCut: false }
      const found = readResume(text, 'US')
      const places = new Set(linesOf(text).map((line) => `${line.page}.${line.line}`))
      const { name, city, state, postalCode, emails, phones, links, skills, work, education, licenses } = found
      for (const one of [
        name,
        city,
        state,
        postalCode,
        ...emails,
        ...phones,
        ...links,
        ...skills,
        ...work,
        ...education,
        ...licenses,
      ])
        if (one) expect(places).toContain(`${one.page}.${one.line}`)
      const sizes = [emails, phones, links, skills, work, education, licenses].map((list) => list.length)
      for (const [i, most] of [5, 5, 10, 60, 40, 20, 20].entries()) expect(sizes[i]).toBeLessThanOrEqual(most)
    }),
    { numRuns: 500 },
  )
})

test.each<[string, (i: number) => Partial<Span>]>([
  ['one row', () => ({ y: 100, text: 'a@' })],
  ['one place', () => ({ x: 0, y: 0 })],
  ['dates', (i) => ({ text: '2018 – 2019 – ', y: i % 800 })],
  ['headings', (i) => ({ text: 'Skills', y: i })],
  ['pages', (i) => ({ page: (i % 500) + 1, text: 'Agent, Compass, 2018 – ', y: i })],
  ['columns', (i) => ({ x: (i % 40) * 15, y: Math.floor(i / 40) * 12, text: 'ab' })],
  ['long words', () => ({ text: `${'a.'.repeat(500)}@${'b-'.repeat(300)}`, y: 3 })],
  ['brackets', (i) => ({ text: '((((((((1 ) ('.repeat(60), y: i % 700 })],
])(
  '50,000 hostile spans in %s are read in bounded time',
  (_, part) => {
    const spans = Array.from({ length: 50_000 }, (_, i) => ({
      page: 1,
      text: 'word',
      x: i % 600,
      y: i % 800,
      width: 20,
      size: 10,
      bold: false,
      ...part(i),
    }))
    expect(readResume({ spans, pages: 1, isCut: true }, 'US').emails.length).toBeLessThanOrEqual(5)
  },
  20_000,
)
