import { strToU8 } from 'fflate'
import { describe, expect, test } from 'vitest'
import { readResume } from '../src/fields/read'
import { extractText } from '../src/text/extract'
import { TEXT } from './documents'

describe('resumes in plain text', () => {
  const typed = async (lines: string[]) =>
    readResume(
      await extractText(
        strToU8(['Jane Doe', 'jane@doe.com - 512-555-0142 - Austin, TX', '', ...lines].join('\n')),
        TEXT,
      ),
      'US',
    )

  test('finds a place after a hyphen', async () => expect((await typed([])).city?.value).toBe('Austin'))

  test('finds a name before an address on the same line', async () => {
    const lines = 'JANE DOE, Austin, TX 78701, (512) 555-0142, jane@doe.com\nSKILLS: Excel'
    expect(readResume(await extractText(strToU8(lines), TEXT), 'US').name).toMatchObject({ value: 'Jane Doe' })
  })

  test.each<[what: string, lines: string[], jobs: string[]]>([
    [
      'from and to on lines of their own',
      ['Company: M&T Bank', 'Job Title: Teller', 'From: 09/2012', 'To: 03/2017'],
      ['Teller / M&T Bank / 2012-09 / 2017-03'],
    ],
    [
      'the title below the company, beside the dates',
      [
        '1/2014 to Present      THE ROWLEY AGENCY                 Concord, NH',
        '                       Account Manager',
        '                       Service a book for contractors',
        '6/2005 to 12/2013      NASHUA TELEGRAPH                  Nashua, NH',
        '                       Classified Ad Clerk',
        '                       Answered calls of customers',
      ],
      [
        'Account Manager / THE ROWLEY AGENCY / 2014-01 / ',
        'Classified Ad Clerk / NASHUA TELEGRAPH / 2005-06 / 2013-12',
      ],
    ],
    [
      'a position indented like the text',
      [
        'HomeTrust Bank               Asheville, NC',
        'Mortgage Closer              May 2018 - Present',
        '  - Close 30 loans a month',
        '',
        '  Mortgage Processor         June 2014 - May 2018',
        '  - Processed files',
      ],
      ['Mortgage Closer / HomeTrust Bank / 2018-05 / ', 'Mortgage Processor / HomeTrust Bank / 2014-06 / 2018-05'],
    ],
    [
      'text behind the dates',
      [
        'Century 21, Dearborn MI - Realtor. January 2022 to now. Help first time buyers, mostly from abroad. 17 closings.',
        'Coney Island, Dearborn MI - Server. 2015 to 2019.',
      ],
      ['Realtor / Century 21 / 2022-01 / ', 'Server / Coney Island / 2015 / 2019'],
    ],
    [
      'text behind the title',
      [
        'Prewitt Group Real Estate, St. Louis   2019 to 2021',
        'Broker. Started alone, now four agents. Sold 52 houses.',
      ],
      ['Broker / Prewitt Group Real Estate / 2019 / 2021'],
    ],
    [
      'the city between',
      ['2018 to 2021, Walnut Capital, Pittsburgh, Leasing Agent'],
      ['Leasing Agent / Walnut Capital / 2018 / 2021'],
    ],
    [
      'a state with a full stop',
      ['Porter. Bluestone Residential, Mineola, NY. 2017 - 2018.'],
      ['Porter / Bluestone Residential / 2017 / 2018'],
    ],
    [
      'how they are employed',
      ['Interpreter, US Army (Contractor)', '2010 to 2015'],
      ['Interpreter / US Army (Contractor) / 2010 / 2015'],
    ],
    [
      'whose agency',
      ['ALLSTATE (Jim Peralta Agency) -- Kissimmee, FL', 'Sales Producer (02/2015 - 07/2019)'],
      ['Sales Producer / ALLSTATE (Jim Peralta Agency) / 2015-02 / 2019-07'],
    ],
  ])('jobs: %s', async (_what, lines, jobs) => {
    const { work } = await typed(['EXPERIENCE', ...lines])
    expect(work.map((job) => [job.title, job.company, job.startDate, job.endDate].join(' / '))).toEqual(jobs)
  })

  test.each<[lines: string[], skills: string[]]>([
    [
      ['SKILLS', 'Boilers. HVAC basics. Yardi.'],
      ['Boilers', 'HVAC basics', 'Yardi'],
    ],
    [
      ['SKILLS', 'Calyx, Jungo. Loan structuring.'],
      ['Calyx', 'Jungo', 'Loan structuring'],
    ],
    [
      ['SKILLS', 'showings; open houses; door knocking', 'Zipforms, Glide'],
      ['showings', 'open houses', 'door knocking', 'Zipforms', 'Glide'],
    ],
    [
      [
        'Jobs',
        '',
        'Agent, Compass, 2018 to 2020',
        '',
        'Schooling',
        '',
        'Rice University, 2012',
        '',
        'Things I know',
        '',
        'Excel, Canva, cold calls, Yardi',
      ],
      ['Excel', 'Canva', 'cold calls', 'Yardi'],
    ],
  ])('skills of %j', async (lines, skills) => {
    expect((await typed(lines)).skills.map(({ value }) => value)).toEqual(skills)
  })

  test.each<[lines: string[], schools: string[]]>([
    [
      [
        'EXPERIENCE',
        'Agent, Compass, 2018 to 2020',
        '- Sold homes in the greater area of Austin to first-time buyers, and led tours of them',
        '',
        'EDUCATION',
        'RICE UNIVERSITY',
        'BACHELOR OF ARTS IN ECONOMICS',
        'MAY 2012',
        '',
        'SKILLS',
        'Excel',
      ],
      ['RICE UNIVERSITY / BACHELOR OF ARTS IN ECONOMICS / 2012-05'],
    ],
    [
      [
        'EDUCATION',
        'School Name\tCity/State\tDegree Received',
        'Rice University\tHouston, TX\tB.A.',
        'Drake School\tWaco, TX\tDiploma',
      ],
      ['Rice University / B.A.', 'Drake School / Diploma'],
    ],
    [
      ['EDUCATION', 'Rice University\t2008\t2012\tB.A.', 'Tulane University\t2006\t2008\tA.A.'],
      ['Rice University / B.A. / 2008 / 2012', 'Tulane University / A.A. / 2006 / 2008'],
    ],
    [
      [
        'EDUCATION',
        'College\tRice University, Houston, TX',
        'Degree\tB.A. Law, 2012',
        'High School\tDrake School, Waco, TX',
      ],
      ['Rice University / B.A. Law / 2012', 'Drake School'],
    ],
    [['EDUCATION', 'University\tRice University', 'Degree\tB.A. Law'], ['Rice University / B.A. Law']],
  ])('schools of %j', async (lines, schools) => {
    const { education } = await typed(lines)
    const parts = education.map(({ school, degree, startDate, endDate }) => [school, degree, startDate, endDate])
    expect(parts.map((one) => one.filter(Boolean).join(' / '))).toEqual(schools)
  })

  test('reads licence numbers in a column', async () => {
    const rows = [
      'TX Real Estate Broker            0712345',
      'TX P&C Producer                  2231456',
      'NMLS                             1234567',
    ]
    const { licenses } = await typed(['LICENSES', ...rows])
    expect(licenses.map(({ number }) => number)).toEqual(['0712345', '2231456', '1234567'])
  })

  test('reads a resume without capitals', async () => {
    const typed = [
      'jane doe',
      'austin, tx 78701',
      'jane@doe.com',
      '',
      'experience',
      'realtor, keller williams, waco, tx, 2019 - present',
    ]
    const more = [
      '',
      'education',
      'b.a. law, rice university, 2014',
      '',
      'licenses',
      'texas broker #712345',
      '',
      'skills',
      'excel, mls',
    ]
    const found = readResume(await extractText(strToU8([...typed, ...more].join('\n')), TEXT), 'US')
    expect([found.name?.value, found.city?.value, found.state?.value, found.postalCode?.value]).toEqual([
      'Jane Doe',
      'Austin',
      'TX',
      '78701',
    ])
    expect(found).toMatchObject({
      work: [{ title: 'realtor', company: 'keller williams' }],
      education: [{ school: 'rice university', degree: 'b.a. law' }],
      licenses: [{ name: 'texas broker', number: '712345', certainty: 'sure' }],
      skills: [{ value: 'excel' }, { value: 'mls' }],
    })
  })
})
