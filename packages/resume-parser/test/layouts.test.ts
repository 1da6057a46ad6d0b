import { describe, expect, test } from 'vitest'
import { readResume } from '../src/fields/read'
import type { Span } from '../src/text/span'
import { columns, grid, read, TOP, withCertainty } from './pages'

describe('layouts', () => {
  test('reads a left sidebar with its own sections', () => {
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
  test('finds the section of an unknown heading from its lines', () => {
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
  test('reads headings in the margin', () => {
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
  test('removes repeated headers and footers from jobs', () => {
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
  test.each<[string, string[], number[]]>([
    [
      'beside their text, in no style of their own',
      [
        'Summary | I sell homes and like it.',
        '',
        'Experience | Agent, Compass, 2018 – 2020',
        ' | Clerk, Costco, 2015 – 2018',
        '',
        'Skills | MLS, Excel',
        '',
        'Education | B.A. History, Rice University, 2012',
      ],
      [50, 180],
    ],
    [
      'below labels with what is theirs',
      [
        'Nationality | American',
        'Date of birth | 3 May 1985',
        'Work experience | Agent, Compass, 2018 – 2020',
        ' | Clerk, Costco, 2015 – 2018',
        'Skills | MLS, Excel',
        'Education | B.A. History, Rice University, 2012',
      ],
      [50, 180],
    ],
    [
      'of a table whose cells are broken',
      [
        '*EXPERIENCE',
        '*Employer | *Position | *Dates | *Duties',
        '',
        'Compass | Listing | 2018 – | Selling what others would',
        'of Austin | Agent | 2020 | not',
        '',
        'Costco | Clerk | 2015 – 2018 | Shelves',
        '',
        'Skills: MLS, Excel',
        '*EDUCATION',
        'B.A. History, Rice University, 2012',
      ],
      [50, 100, 160, 240],
    ],
  ])('reads headings %s', (_, rows, at) => {
    const found = readResume(grid(rows, at), 'US')
    expect(found.work.map(({ company }) => company?.split(' ')[0])).toEqual(['Compass', 'Costco'])
    expect([found.skills.length, found.education.length]).toEqual([2, 1])
  })
  test('a table with column names is not columns of the page', () => {
    const rows = [
      '*EMPLOYMENT',
      'Dates | Employer | Position',
      '2018 – Present | Black Hills Credit | Member Service',
      ' | Union | Clerk',
      '2012 – 2018 | Rushmore Inn | Front Desk Clerk',
      '',
      '*EDUCATION',
      'School | Degree | Year',
      'Oglala Lakota College | Associate of Arts | 2012',
      'Pine Ridge High School | Diploma | 2008',
    ]
    const { work, education } = readResume(grid(rows, [50, 180, 290]), 'US')
    expect(work.map(({ title, company }) => `${title} / ${company}`)).toEqual([
      'Member Service Clerk / Black Hills Credit Union',
      'Front Desk Clerk / Rushmore Inn',
    ])
    expect(education.map(({ school, degree, endDate }) => `${school} / ${degree} / ${endDate}`)).toEqual([
      'Oglala Lakota College / Associate of Arts / 2012',
      'Pine Ridge High School / Diploma / 2008',
    ])
  })
  test('hours and salaries in the margin are not a column', () => {
    const job = (company: string, title: string, dates: string) => [
      `${company} | ${dates}`,
      '1800 Main Street | Hours per week: 40',
      'Austin, TX | Salary: fair',
      title,
      'Duties of many kinds, and others of another kind, all of them done.',
      '',
    ]
    const rows = ['*EXPERIENCE', ...job('Compass', 'Agent', '2018 - Present'), ...job('Costco', 'Clerk', '2015 - 2018')]
    const { work } = readResume(grid(rows, [50, 400]), 'US')
    expect(work.map(({ title, company, startDate }) => `${title} ${company} ${startDate}`)).toEqual([
      'Agent Compass 2018',
      'Clerk Costco 2015',
    ])
  })
  test('two lines side by side are not a table', () => {
    const rows = [
      'Web a.com | Hours 9 to 5 | Ask',
      '',
      'Address Austin, TX 78701 | Phone 512-555-0142 | Text',
      'Apartments only',
    ]
    expect(readResume(grid(rows, [50, 180, 320], ['Jane Doe @20b']), 'US').city?.value).toBe('Austin')
  })
  test('does not join the rows of a table of three columns without rules', () => {
    const rows = ['*SKILLS', 'Negotiation | Word | Home staging', 'Conflict resolution | Excel']
    const { skills } = readResume(grid(rows, [50, 155, 205]), 'US')
    expect(skills.length).toBe(5)
  })
  test('short items under an unknown heading are skills if there is no skills section', () => {
    const lines = [
      'EXPERIENCE @12b',
      'Agent, Compass |> 2018 – 2020',
      '',
      'STRONG POINTS @12b',
      'MLS',
      'Excel',
      'Staging',
      'Zoning',
    ]
    expect(read([...TOP, ...lines]).skills.length).toBe(4)
    expect(read([...TOP, ...lines, '', 'SKILLS @12b', 'Word']).skills.length).toBe(1)
  })
  test('removes page numbers from the text above', () => {
    const found = read([...TOP, 'SKILLS @12b', 'MLS, Night shifts', 'Page of'])
    expect(found.skills.map(({ value }) => value)).toEqual(['MLS', 'Night shifts'])
  })
  test('references at the end of the last page are not a footer', () => {
    const lines = [
      'EXPERIENCE @12b',
      'Agent, Compass |> 2018 – 2020',
      '',
      '',
      'REFEREES @12b',
      '',
      'Ann Roe | ann@roe.com',
    ]
    expect(read([...TOP, ...lines]).emails.map(withCertainty)).toEqual(['jane.doe@gmail.com sure'])
  })
  test('columns below a heading belong to its section', () => {
    const rows = [
      '*EXPERIENCE',
      'Agent, Compass, 2018 – 2020',
      'Sold homes to people who came back to me with others.',
      '',
      '*REFERENCES',
      '*Estelle Darcy | *Harper Russo',
      'Wardiere Inc. | Compass Inc.',
      '305-555-0190 | 305-555-0191',
      'a@example.com | b@example.com',
    ]
    const found = readResume(grid(rows, [50, 300]), 'US')
    expect([found.work.length, found.emails.length, found.phones.length]).toEqual([1, 1, 1])
  })
  test.each([
    ['ACADEMIC HISTORY', 'Idiomas / Languages'],
    ['School', 'Courses'],
    ['Educational Background', 'Military / Volunteering'],
    ['College', 'Personal'],
  ])('%s is a heading of schools, %s is not', (schools, other) => {
    const lines = [
      'EXPERIENCE @12b',
      'Agent, Compass |> 2018 – 2020',
      `${schools} @12b`,
      'B.A. History, Rice University',
      `${other} @12b`,
      'Agent, None |> 2019 – 2020',
    ]
    const found = read([...TOP, ...lines])
    expect([found.work.length, found.education.length]).toEqual([1, 1])
  })
})
