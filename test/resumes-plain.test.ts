import { strToU8 } from 'fflate'
import { describe, expect, test } from 'vitest'
import { readResume } from '../src/resumes/fields/read'
import { extractText } from '../src/resumes/text/extract'
import { JANE, TEXT, texts } from './documents'

describe('plain text', () => {
  const wide = (text: string, isBig: boolean) => {
    const bytes = new DataView(new ArrayBuffer(2 * text.length))
    for (let i = 0; i < text.length; i++) bytes.setUint16(2 * i, text.charCodeAt(i), !isBig)
    return new Uint8Array(bytes.buffer)
  }
  const LINE = 'Zoë Müller, licensed salesperson'

  test.each<[what: string, file: Uint8Array]>([
    ['UTF-8', strToU8(LINE)],
    ['UTF-8 with its mark', strToU8(`\ufeff${LINE}`)],
    ['UTF-16 LE', wide(`\ufeff${LINE}`, false)],
    ['UTF-16 BE', wide(`\ufeff${LINE}`, true)],
    ['UTF-16 LE without its mark', wide(LINE, false)],
    ['UTF-16 BE without its mark', wide(LINE, true)],
    ['Windows-1252', Uint8Array.from(LINE, (ch) => ch.charCodeAt(0))],
  ])('in %s', async (_what, file) => {
    expect(await texts(file, TEXT)).toEqual([LINE])
  })

  test('has quotes and dashes in Windows-1252, and one spoilt byte does not turn UTF-8 into it', async () => {
    expect(await texts(Uint8Array.from([...strToU8(`${JANE} `), 0x91, 0x96, 0x92]), TEXT)).toEqual([`${JANE} ‘–’`])
    expect(await texts(Uint8Array.from([...strToU8(`${LINE} `), 0xff]), TEXT)).toEqual([`${LINE} \ufffd`])
  })

  test('stands in rows and columns, on pages', async () => {
    const { spans, pages } = await extractText(strToU8(`${JANE}\r\n\r\n  Acme\t\t2019   NY  x\rAgent\n\fTwo`), TEXT)
    expect(spans.map(({ page, x, y, width, text }) => [page, x, y, width, text])).toEqual([
      [1, 0, 12, 180, JANE],
      [1, 12, 36, 24, 'Acme'],
      [1, 144, 36, 24, '2019'],
      [1, 186, 36, 30, 'NY x'],
      [1, 0, 48, 30, 'Agent'],
      [2, 0, 12, 18, 'Two'],
    ])
    expect({ pages, ...spans[0] }).toMatchObject({ pages: 2, size: 10, bold: false })
  })

  test.each([
    ['\ufb01rm o\ufb03ce', 'firm office'],
    ['co\u00adop\u200be\u200drate\ufeffs', 'cooperates'],
    ['New\u00a0York\u2003City', 'New York City'],
    ['Jose\u0301', 'Jos\u00e9'],
    ['a\u0007b \ue001 c', 'a b c'],
  ])('%j is kept as %j', async (given, expected) => {
    expect(await texts(strToU8(`${JANE}\n${given}`), TEXT)).toEqual([JANE, expected])
  })

  const QUOTED = ['> Jane Doe', '> > 512', '', '>   NY']
  const HEADERS = ['From: Bo <bo@b.com>', 'Subject: My resume', 'To: HR <hr@b.com>']
  test.each<[what: string, lines: string[], read: string[]]>([
    ['quoted mail', QUOTED, ['Jane Doe', '512', 'NY']],
    ['one quote', [JANE, '> 40 sales', 'NY'], [JANE, '> 40 sales', 'NY']],
    ['headers of a mail', ['Begin forwarded message:', '', ...HEADERS, '', JANE], [JANE]],
    ['what only reads like headers', [JANE, 'From: 04/2017', 'To: Present'], [JANE, 'From: 04/2017', 'To: Present']],
    ['a letter', ['Dear Ms. Roe,', '', 'I apply.', '', 'Kind regards,', 'Jane Doe', 'Skills'], ['Jane Doe', 'Skills']],
    ['a greeting', ['Hi there,', 'my resume', 'Jane Doe'], ['my resume', 'Jane Doe']],
    ['no greeting', ['Hello', 'Jane Doe', 'Thanks'], ['Hello', 'Jane Doe', 'Thanks']],
    ['the device', [JANE, 'Sent from my iPhone'], [JANE]],
  ])('is kept without what mail puts around it: %s', async (_what, lines, read) => {
    expect(await texts(strToU8([...lines, JANE].join('\n')), TEXT)).toEqual([...read, JANE])
  })

  test.each<[line: string, spans: [text: string, x: number, bold: boolean][]]>([
    [
      '*Agent*, Acme',
      [
        ['Agent', 0, true],
        [', Acme', 30, false],
      ],
    ],
    [
      '__Agent__ - _Acme_   *2019*',
      [
        ['Agent', 0, true],
        ['-', 36, false],
        ['Acme', 48, true],
        ['2019', 126, true],
      ],
    ],
    ['* Sold * and *kept', [['* Sold * and *kept', 0, false]]],
    ['jane_m_doe@x.com 2*3*4', [['jane_m_doe@x.com 2*3*4', 0, false]]],
    ['  -- Work History --', [['Work History', 12, true]]],
    ['[ SKILLS ]', [['SKILLS', 0, true]]],
    ['=== Skills', [['Skills', 0, true]]],
    ['Skills: -------', [['Skills', 0, true]]],
    ['- Skills', [['- Skills', 0, false]]],
    ['[2019 to now]', [['[2019 to now]', 0, false]]],
  ])('what is marked in %j is bold', async (line, expected) => {
    const { spans } = await extractText(strToU8(`${line}\n${JANE}`), TEXT)
    expect(spans.slice(0, -1).map(({ text, x, bold }) => [text, x, bold])).toEqual(expected)
  })

  test('is read to a bound: of pages, of pieces, of characters', async () => {
    for (const [more, read] of [
      [`\f${'x\n'.repeat(3)}`.repeat(40), 1 + 29 * 3],
      ['x\n'.repeat(60_000), 50_000],
      [`${'x'.repeat(1000)}\n`.repeat(400), 1 + 300],
      [`${' '.repeat(2_000_000)}x`, 1],
    ] as const) {
      const { spans, isCut } = await extractText(strToU8(`${JANE}\n${more}`), TEXT)
      expect({ read: spans.length, isCut }).toEqual({ read, isCut: true })
    }
  })
})

describe('resumes as they are typed', () => {
  const typed = async (lines: string[]) =>
    readResume(
      await extractText(
        strToU8(['Jane Doe', 'jane@doe.com - 512-555-0142 - Austin, TX', '', ...lines].join('\n')),
        TEXT,
      ),
      'US',
    )

  test('a place behind a hyphen', async () => expect((await typed([])).city?.value).toBe('Austin'))

  test('a name before an address on one line', async () => {
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
    const told = education.map(({ school, degree, startDate, endDate }) => [school, degree, startDate, endDate])
    expect(told.map((one) => one.filter(Boolean).join(' / '))).toEqual(schools)
  })

  test('licences whose numbers stand in a column', async () => {
    const rows = [
      'TX Real Estate Broker            0712345',
      'TX P&C Producer                  2231456',
      'NMLS                             1234567',
    ]
    const { licenses } = await typed(['LICENSES', ...rows])
    expect(licenses.map(({ number }) => number)).toEqual(['0712345', '2231456', '1234567'])
  })

  test('without capitals', async () => {
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
