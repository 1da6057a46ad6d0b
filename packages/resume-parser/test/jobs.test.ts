import { describe, expect, test } from 'vitest'
import type { ParsedResume } from '../src/fields/parsed'
import { readResume } from '../src/fields/read'
import type { Span } from '../src/text/span'
import { page, read, TOP } from './pages'

/** A span whose first letters are bold. */
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
  test('reads a title with its department under its company', () => {
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
  test('reads positions in different places under a company with the dates of all', () => {
    const lines = [
      'US ARMY |> 2004 - 2024',
      'Recruiter, Temple Recruiting Station |> 2012 - 2024',
      '• Led.',
      'Squad Leader, Ninth Division |> 2004 - 2012',
      'OTHER EXPERIENCE @12b',
      'Clerk, Extraco Banks |> 2010 - 2011',
    ]
    expect(jobs(read([...TOP, 'EXPERIENCE @12b', ...lines]))).toEqual([
      'Recruiter, Temple Recruiting Station / US ARMY / 2012 / 2024',
      'Squad Leader, Ninth Division / US ARMY / 2004 / 2012',
      'Clerk / Extraco Banks / 2010 / 2011',
    ])
  })
  test('takes unknown words above positions as their company', () => {
    const lines = [
      'KMG PRESTIGE |> 2016 – Present',
      'Property Manager (2019-Present)',
      'Clerk (2016-2019)',
      '• Did it.',
    ]
    expect(jobs(read([...TOP, 'EXPERIENCE @12b', ...lines]))).toEqual([
      'Property Manager / KMG PRESTIGE / 2019 / now',
      'Clerk / KMG PRESTIGE / 2016 / 2019',
    ])
  })
  test('indented lines below a column of dates are descriptions', () => {
    const lines = [
      'Agent | Compass | 2018 – Present',
      'Lead agent of eight x60',
      'Clerk | Costco | 2015 – 2018',
      'Team member x60',
    ]
    const { work } = read([...TOP, 'EXPERIENCE @12b', ...lines])
    expect(work.map(({ title, certainty }) => `${title} ${certainty}`)).toEqual(['Agent sure', 'Clerk sure'])
  })
  test('assigns two unknown texts by the order of the other entries', () => {
    const lines = ['Agent, Compass, 2018-2020', 'Clerk, Costco, 2015-2018', 'Wrangler, Quillfeather, 2014-2015']
    expect(jobs(read([...TOP, 'EXPERIENCE @12b', ...lines])).at(-1)).toBe('Wrangler / Quillfeather / 2014 / 2015')
  })
  test.each([
    [['Agent, Compass |> 2018 – Present'], 'Agent / Compass sure'],
    [['Insurance Sales at Progressive |> 2018 – Present'], 'Insurance Sales / Progressive likely'],
    [['Field Agent, Bankers Life |> 2018 – Present'], 'Field Agent / Bankers Life sure'],
    [['Buyer’s Agent @10b', 'eXp Realty', '2018 – Present'], 'Buyer’s Agent / eXp Realty sure'],
    [['Agent (Quillfeather) |> 2018 – Present'], 'Agent / Quillfeather sure'],
    [['1800 Main Street', 'Agent', '2018 – Present'], 'Agent / null likely'],
    [['Server / Captain @10b', 'Roy’s Kitchen |> 2018 – Present'], 'Server / Captain / Roy’s Kitchen sure'],
    [['Agent / Compass |> 2018 – Present'], 'Agent / Compass sure'],
    [['Concierge (Security)', 'Paragon Security |> 2018 – Present'], 'Concierge (Security) / Paragon Security sure'],
    [['Agent, Compass of Missoula. 2018 to 2020.'], 'Agent / Compass of Missoula sure'],
    [['Agent (COMPASS REALTY) |> 2018 – Present'], 'Agent / COMPASS REALTY sure'],
    [['Client Care Manager', 'Hunt Real Estate |> 2018 – Present'], 'Client Care Manager / Hunt Real Estate sure'],
    // no word identifies the title
    [['Wrangler, Keller Williams |> 2018 – Present'], 'Wrangler / Keller Williams likely'],
    [['Prewitt Group Real Estate, St. Louis |> 2018 – Present'], ' / Prewitt Group Real Estate likely'],
    [['Compass Realty |> 2018 – Present', 'Lead a crew of nine; bid jobs up to $400K.'], ' / Compass Realty likely'],
  ])('%j: %s', (lines, expected) => {
    const { work } = read([...TOP, 'EXPERIENCE @12b', ...lines, '• Sold 41 homes.'])
    expect(work.map(({ title, company, certainty }) => `${title ?? ''} / ${company} ${certainty}`).join()).toBe(
      expected,
    )
  })
  test('joins dates on two lines of a narrow column', () => {
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
  test('reads a resume in capitals', () => {
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
  test('gives each position the company above it', () => {
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
  test('assigns an unknown word by the order of the other entries', () => {
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
  test('reads lists of jobs without descriptions', () => {
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
      'From 2018 to 2020 chaired the education committee.',
      '• Top producer 2020, 2021',
    ]
    expect(jobs(read([...TOP, 'EXPERIENCE @12b', ...lines]))).toEqual(['Agent / Compass / 2019 / 2022'])
  })
})
