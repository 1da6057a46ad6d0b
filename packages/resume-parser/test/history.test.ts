import { describe, expect, test } from 'vitest'
import { read, TOP } from './pages'

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
    [['I am proficient in Excel, Word and Yardi.'], ['Excel', 'Word', 'Yardi']],
    [['Skilled with MLS, and Dotloop; comfortable with Canva.'], ['MLS', 'Dotloop', 'Canva']],
    [['CRM (Salesforce, HubSpot), and Word'], ['CRM (Salesforce, HubSpot)', 'Word']],
    [
      ['Bilingual', 'Over 5 years:', 'Opera * Word', 'Interests: Rowing, sourdough', 'References upon request'],
      ['Bilingual', 'Opera', 'Word'],
    ],
    [
      ['Yardi |> Expert', 'R |> Skillful'],
      ['Yardi', 'R'],
    ],
    [
      ['Typing: 65 WPM', 'Office: Word'],
      ['Typing: 65 WPM', 'Word'],
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
    [
      'WA Property & Casualty, 884120; WA Life & Disability, 884120',
      ['WA Property & Casualty / 884120 / licensed / sure', 'WA Life & Disability / 884120 / licensed / sure'],
    ],
    ['Texas Real Estate License 2015-03', ['Texas Real Estate License / - / licensed / sure']],
    ['Life & Health | Pending', ['Life & Health / - / in_progress / sure']],
    ['Life & Health | #1234567 | lapsed 2016', []],
    ['Expected: Illinois Broker License', ['Illinois Broker License / - / in_progress / sure']],
    ['Casualty License, anticipated July 2025', ['Casualty License / - / in_progress / sure']],
    ['Passed SIE exam', ['SIE / - / licensed / sure']],
    ['Accredited Buyer’s Representative, Real Estate Buyer’s Agent Council', []],
    ['General Lines Agent, in progress', ['General Lines Agent / - / in_progress / sure']],
    ['Driver’s license, class D', []],
    ['CPR and First Aid', []],
    ['Google Ads Certificate', []],
    ['Member, National Association of Realtors®', []],
    ['Real Estate License (expired)', []],
    ['VA Salesperson: coursework completed, exam to be taken July 2025', ['VA Salesperson / - / in_progress / sure']],
    ['Real Estate Salesperson (eligible to sit for state exam)', ['Real Estate Salesperson / - / in_progress / sure']],
    ['Ready to take the Utah real estate exam', ['Utah real estate / - / in_progress / sure']],
    ['FL 4-40 Customer Representative License', ['FL 4-40 Customer Representative License / - / licensed / sure']],
    ['Texas Sales Agent License #0712345 (inactive)', []],
    ['Formerly licensed real estate salesperson (Ohio)', []],
    ['Series 7 and 66 (inactive)', []],
    ['SIE, Series 6', ['SIE / - / licensed / sure', 'Series 6 / - / licensed / sure']],
    ['Real Estate Salesperson – passed exam, awaiting license', ['Real Estate Salesperson / - / in_progress / sure']],
    [
      'Real Estate Salesperson License, passed state exam 2024',
      ['Real Estate Salesperson License / - / in_progress / sure'],
    ],
    ['Passed the state and national portions of the Utah broker exam', ['Utah broker / - / in_progress / sure']],
    ['Sitting for the Utah broker exam', ['Utah broker / - / in_progress / sure']],
    ['Texas | Adjuster License | 2231456 | Pending', ['Adjuster License / 2231456 / in_progress / sure']],
    ['Mortgage Loan Originator | NMLS 1234567', ['Mortgage Loan Originator / 1234567 / licensed / sure']],
  ])('%j: %j', (line, found) => expect(licenses([line])).toEqual(found))

  test('finds licences in the contact area', () => {
    expect(read(['Jane Doe @18b', 'DRE Lic. 01998877', ...TOP.slice(1)]).licenses).toMatchObject([
      { number: '01998877', certainty: 'sure' },
    ])
  })
  test('reads a status from the line below', () => {
    expect(licenses(['Nevada Real Estate Salesperson', 'Status: Pending exam'])).toEqual([
      'Nevada Real Estate Salesperson / - / in_progress / sure',
    ])
    expect(licenses(['Nevada Real Estate Salesperson', 'Status: Active'])).toEqual([
      'Nevada Real Estate Salesperson / - / licensed / sure',
    ])
    expect(licenses(['Nevada Real Estate Salesperson', 'Status: Inactive'])).toEqual([])
  })
  test('joins the authority on the line below', () => {
    expect(licenses(['Broker License', 'Texas Real Estate Commission, #0712345'])).toEqual([
      'Broker License / 0712345 / licensed / sure',
    ])
  })
  test.each([
    ['Licensed real estate agent with nine years of experience.', ['Licensed real estate agent']],
    ['Led a team of licensed real estate agents.', []],
  ])('finds licences in a summary: %j', (line, names) =>
    expect(licenses([line], 'SUMMARY @12b')).toEqual(names.map((name) => `${name} / - / licensed / likely`)),
  )
  test.each([
    ['Recently passed the Ohio salesperson exam.', 'Ohio salesperson'],
    ['I will obtain my Ohio salesperson license by June 2025.', 'Ohio salesperson license'],
  ])('finds a licence in progress in a summary: %j', (line, name) =>
    expect(licenses([line], 'SUMMARY @12b')).toEqual([`${name} / - / in_progress / likely`]),
  )
  test('a finished course is not a licence in progress', () => {
    expect(licenses(['Real Estate Pre-License, Gold Coast Schools, 2019'], 'EDUCATION @12b')).toEqual([])
  })
  test('ignores licences in jobs', () =>
    expect(licenses(['Licensed Real Estate Salesperson, Compass |> 2018 – 2020'], 'EXPERIENCE @12b')).toEqual([]))
})
