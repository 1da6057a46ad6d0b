import { describe, expect, test } from 'vitest'
import { readResume } from '../src/fields/read'
import type { Span } from '../src/text/span'
import { columns, page, read, TOP, withCertainty } from './pages'

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
    ['Arjun S. Venkataraman, Ph.D., FCAS @18b', 'Arjun S. Venkataraman'],
    ['Alejandra Quiñones-Ford @18b', 'Alejandra Quiñones-Ford'],
    ['SSG DeAndre L. Fontenot (Ret.) @18b', 'DeAndre L. Fontenot'],
    ['Sean McDONALD @18b', 'Sean McDonald'],
    ['Chase Gallagher @18b', 'Chase Gallagher'],
    ['JD Jane Doe @18b', 'Jane Doe'],
    ['Jane Doe Real Estate Agent @18b', 'Jane Doe'],
    ['Jane Doe, Licensed Salesperson @18b', 'Jane Doe'],
    ['Hi, I’m Jane Doe @18b', 'Jane Doe'],
    ['Mark Law Young @18b', 'Mark Law Young'],
  ])('%j: %s', (line, name) => expect(read([line, 'jane@example.com']).name?.value).toBe(name))

  test.each([
    'Curriculum Vitae @18b',
    'Real Estate Agent @18b',
    'Professional Experience @18b',
    'Keller Williams Realty @18b',
    'Austin, Texas @18b',
    '(512) 555-0142 @18b',
  ])('%j is not a name', (line) => expect(read([line]).name).toBeNull())

  test('a part of the name, or the nickname, in an address supports the name', () => {
    expect(withCertainty(read(['Oluwaseun Adeyemi-Park @18b', 'seun.park@example.com']).name)).toBe(
      'Oluwaseun Adeyemi-Park sure',
    )
    expect(withCertainty(read(['Margaret "Peggy" Roe @18b', 'peggy@example.com']).name)).toBe('Margaret Roe sure')
    expect(withCertainty(read(['Ty Cobb @18b', 'ty@example.com']).name)).toBe('Ty Cobb sure')
    expect(withCertainty(read(['Margaret Roe @18b', 'peggy@example.com']).name)).toBe('Margaret Roe likely')
  })
  test('finds a name on two lines in the largest letters', () => {
    expect(withCertainty(read(['JANE @28', 'DOE @28', 'Sales Manager @12', 'jane@doe.com']).name)).toBe('Jane Doe sure')
  })
  test.each([
    [
      'three lines',
      [
        'JANE @24',
        'VAN DER @24',
        'BERG @24',
        'Austin, TX',
        '(512) 555-0142',
        'I sell homes to families who like them.',
      ],
      'Jane van der Berg',
    ],
    ['a small line and a large one', ['Jane @14', 'DOE @30b', '(512) 555-0142'], 'Jane Doe'],
    ['the lines of a form', ['First Name: Jane', 'Last Name: Doe', 'Phone: (512) 555-0142'], 'Jane Doe'],
    [
      'the largest letters, below a column with jobs',
      ['EXPERIENCE @12b', 'Agent, Compass, 2018 – 2020', '', 'Jane Doe @20', '(512) 555-0142'],
      'Jane Doe',
    ],
  ])('finds the name in %s', (_where, lines, name) => expect(read(lines).name?.value).toBe(name))
  test('finds a name before a title in the same letters only if an address supports it', () => {
    expect(read(['Youth Program Coordinator @18b', 'jane@example.com']).name).toBeNull()
  })
  test('finds the name below the title of the document', () => {
    expect(read(['Curriculum Vitae @20b', 'Jane Doe @14b', 'jane.doe@gmail.com']).name?.value).toBe('Jane Doe')
  })
})

describe('emails and phones', () => {
  const phones = (lines: string[], country = 'US') =>
    read(['Jane Doe @18b', ...lines], country).phones.map(withCertainty)
  test.each([
    ['(512) 555-0142', ['+15125550142 sure']],
    ['512.555.0142 ext. 12', ['+15125550142 sure']],
    ['Austin, TX 78701 512-555-0142', ['+15125550142 sure']],
    ['Cell: 512-555-0142 | Office: 512-555-0199', ['+15125550142 sure', '+15125550199 likely']],
    ['512-555-0142 | 512-555-0199', ['+15125550142 likely', '+15125550199 likely']],
    ['Phone 512-555-0142 | Fax 512-555-0143', ['+15125550142 sure']],
    ['F: 512-555-0143', []],
    ['512-555-0142 (c) * 512-555-0199 (o)', ['+15125550142 sure', '+15125550199 likely']],
    ['(o) 512-555-0199 (c) 512-555-0142', ['+15125550199 likely', '+15125550142 sure']],
    ['O: 512-555-0199 M: 512-555-0142', ['+15125550199 likely', '+15125550142 sure']],
    ['Emergency contact: John Doe 512-555-0142 | 512-555-0199', ['+15125550142 likely', '+15125550199 sure']],
    ['512-555-0142 - cell, 512-555-0199 - office', ['+15125550142 sure', '+15125550199 likely']],
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

  test('parses a British number for the country GB', () =>
    expect(phones(['020 7946 0412'], 'GB')).toEqual(['+442079460412 sure']))

  test('ignores addresses and numbers in jobs and references', () => {
    const found = read([
      ...TOP,
      'EXPERIENCE @12b',
      'Agent, Keller Williams |> 2018 – Present',
      '• Files to files@kw.com, desk 512-555-0100.',
      'REFERENCES @12b',
      'Ann Roe, Manager, 512-555-0177, ann@roe.com',
    ])
    expect(found.emails.map(withCertainty)).toEqual(['jane.doe@gmail.com sure'])
    expect(found.phones.map(withCertainty)).toEqual(['+15125550142 sure'])
  })
  test('two unlabelled addresses are likely; a labelled one is sure', () => {
    expect(read(['Jane Doe', 'jane@kw.com | jane@gmail.com']).emails.map(withCertainty)).toEqual([
      'jane@kw.com likely',
      'jane@gmail.com likely',
    ])
    expect(read(['Jane Doe', 'Email: jane@gmail.com | Broker: bob@kw.com']).emails.map(withCertainty)).toEqual([
      'jane@gmail.com sure',
      'bob@kw.com likely',
    ])
    expect(read(['Jane Doe', 'info@acme.com']).emails.map(withCertainty)).toEqual(['info@acme.com likely'])
  })
  test.each([
    [['Winston-Salem, N.C.', 'max@example.com'], 'max@example.com sure'],
    [['Marketing Manager', 'max@example.com'], 'max@example.com sure'],
    [['e.max@example.com'], 'e.max@example.com sure'],
    [['e: max@example.com'], 'max@example.com sure'],
  ])('%j: %s', (lines, email) => expect(read(['Max Doe @18b', ...lines]).emails.map(withCertainty)).toEqual([email]))
  test('ignores another person’s address below a name in the contact area', () => {
    const found = read(['Jane Doe @18b', 'CONTACT @12b', 'jane@doe.com', 'Ann Roe, Manager', 'ann@roe.com'])
    expect(found.emails.map(withCertainty)).toEqual(['jane@doe.com sure'])
  })
  test('joins an address that a narrow column broke', () => {
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
    expect(readResume(found, 'US').emails.map(withCertainty)).toEqual(['jane.doe.realtor@gmail.com sure'])
    expect(readResume(found, 'US').links).toEqual([])
  })
  test('a toll-free number is only likely, and a number in a sentence is ignored', () => {
    expect(phones(['800-555-0142'])).toEqual(['+18005550142 likely'])
    expect(phones(['I was the one who picked up at 512-555-0142 on any day of the week']).length).toBe(0)
  })
  test('removes icons and plain-text marks from values', () => {
    const found = read(['# Jane Doe', '**Email:** jane.doe@gmail.com | 📞 512-555-0142 📍 Austin, TX'])
    expect([found.name?.value, found.emails.length, found.phones.length, found.city?.value]).toEqual([
      'Jane Doe',
      1,
      1,
      'Austin',
    ])
  })
  test('reads contact data from a footer', () => {
    const found = read([
      'Jane Doe @18b',
      'EXPERIENCE @12b',
      'Agent, Compass |> 2018 – 2020',
      '',
      '',
      '',
      'jane@doe.com | 512-555-0142 | Austin, TX 78701',
    ])
    expect([withCertainty(found.emails[0] ?? null), found.city?.value]).toEqual(['jane@doe.com sure', 'Austin'])
  })
})

describe('names in large letters', () => {
  const at = (text: string, x: number, y: number, size = 24, bold = false): Span => ({
    page: 1,
    text,
    x,
    y,
    width: text.length * size * 0.5,
    size,
    bold,
  })
  const rest = page(['', '', '', 'Austin, TX 78701 | (512) 555-0142', 'SKILLS @12b', 'Excel, Word and Outlook']).spans
  test.each<[what: string, spans: Span[], name: string]>([
    ['light above bold', [at('Jane', 50, 20), at('OYELARAN', 50, 48, 24, true)], 'Jane Oyelaran'],
    [
      'beside small lines',
      [at('Jane', 50, 20), at('512-555-0142', 400, 18, 9), at('Austin', 400, 34, 9), at('Oyelaran', 50, 48)],
      'Jane Oyelaran',
    ],
    ['without a space', [at('JANE', 50, 30), at('OYELARAN', 98, 30, 24, true)], 'Jane Oyelaran'],
    ['spread out', [...'JANEROWE'].map((letter, i) => at(letter, 50 + 30 * i + (i > 3 ? 20 : 0), 30)), 'Jane Rowe'],
  ])('%s', (_what, spans, name) => {
    expect(readResume({ spans: [...spans, ...rest], pages: 1, isCut: false }, 'US').name?.value).toBe(name)
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
    ['8072 County Road 12 // Omaha, NE 68166 // (402)555-0115', 'Omaha/NE/68166'],
    ['Austin, TX http://linkedin.com/in/jane (402)555-0115 jane@doe.com', 'Austin/TX/'],
    ['jane@doe.com | St. Louis, MO 63118', 'St. Louis/MO/63118'],
    ['Address Austin, TX 78701 Phone 512-555-0142 E-mail jane@doe.com', 'Austin/TX/78701'],
    ['Austin, TX ✦ 512.555.0142 ✦ jane@doe.com', 'Austin/TX/'],
    ["Coeur d'Alene, ID 83814 | jane@doe.com", "Coeur d'Alene/ID/83814"],
    ['99 Bay St | Honolulu | HI 96815 | jane@doe.com', 'Honolulu/HI/96815'],
    ['123 Peach Rd • Royston • GA • 30662 • 706-555-0154', 'Royston/GA/30662'],
    ['District Heights, MD 20747 US', 'District Heights/MD/20747'],
    ['Property Manager, Portland, 97209, United States, 5035550122, jane@doe.com', 'Portland//97209'],
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
    ['LinkedIn: /in/jane-doe', 'https://linkedin.com/in/jane-doe sure'],
    ['LinkedIn: https://www.LinkedIn.com/in/jane/', 'https://www.linkedin.com/in/jane/ sure'],
    ['www.janesells.homes', 'https://www.janesells.homes likely'],
    ['jane@janesells.com', undefined],
    ['St. James Inc.', undefined],
  ])('%j: %s', (line, link) =>
    expect(withCertainty(read(['Jane Doe @18b', line]).links[0] ?? null) ?? undefined).toBe(link),
  )

  test.each([
    [['Keller Williams Realty', '1221 Main St, Austin, TX 78746', 'Jane Doe @18b'], 'Austin likely'],
    [['Chase Gallagher @18b', '1221 Main St, Austin, TX 78746'], 'Austin sure'],
  ])('an address below a company is only likely: %j', (lines, city) =>
    expect(withCertainty(read(lines).city)).toBe(city),
  )
  test('two places that disagree are only likely', () => {
    const { city } = read(['Jane Doe @18b', 'Austin, TX', 'Keller Williams, Dallas, TX', 'Dallas, TX 75201'])
    expect(withCertainty(city)).toBe('Austin likely')
  })
  test('ignores an employer’s link', () =>
    expect(read([...TOP, 'EXPERIENCE @12b', 'Agent, Compass |> 2018 – 2020', '• See www.compass.com']).links).toEqual(
      [],
    ))
})
