import { describe, expect, test } from 'vitest'
import { readResume } from '../src/fields/read'
import { columns, grid, read, TOP } from './pages'

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
    [['Rice University: B.A., History (2012)'], ['Rice University / B.A., History //  2012']],
    [['Rice University, Houston. B.S. in Accounting, 2009.'], ['Rice University / B.S. in Accounting //  2009']],
    [
      ['Rice University', 'B.S.B.A. in Tourism. GPA 3.7 (in progress, 78 credits)'],
      ['Rice University / B.S.B.A. in Tourism //  '],
    ],
    [['Real Estate Salesperson Program, Humber College'], ['Humber College / Real Estate Salesperson Program //  ']],
    [['School: Rice University', 'Degree: DEC', 'Dates: 2008 – 2010'], ['Rice University / DEC / 2008 / 2010']],
    [['Howard University', 'M.Div.', 'May 2015'], ['Howard University / M.Div. //  2015-05']],
    [['AB, cum laude, Princeton University'], ['Princeton University / AB //  ']],
    [
      [
        'Rice University |> Houston, TX @10b',
        'MBA |> 2012',
        'DePaul |> Chicago, IL @10b',
        'Bachelor of Commerce |> 2010',
      ],
      ['Rice University / MBA //  2012', 'DePaul / Bachelor of Commerce //  2010'],
    ],
    [
      ['DePaul |> Chicago, IL @10b', 'Bachelor of Commerce |> 2010', 'Kent State University @10b', 'BBA |> 2008'],
      ['DePaul / Bachelor of Commerce //  2010', 'Kent State University / BBA //  2008'],
    ],
    [
      ['Studied Design at Savannah College (2006-2008)', '', 'B.A., Sociology', 'Spelman College'],
      ['Savannah College /  / 2006 / 2008', 'Spelman College / B.A., Sociology //  '],
    ],
    [
      [
        'Rice University, 2010',
        'Coursework: Law, Statistics',
        'Activities: Member; College Council',
        'Kent State University, BBA, 2012',
      ],
      ['Rice University /  /  / 2010', 'Kent State University / BBA //  2012'],
    ],
    [
      ['Superior School, Charlotte - Broker Prelicensing, 2018', 'Quillfeather Leadership Program'],
      ['Superior School / Broker Prelicensing //  2018', ' / Quillfeather Leadership Program //  '],
    ],
    [
      ['Rice University, B.A., 2010', 'Study Abroad: University of Barcelona, 2009', 'Scholarship: Elks College Fund'],
      ['Rice University / B.A. //  2010'],
    ],
    [
      ['School of Business, University of Kansas, Lawrence, KS', 'BS Accounting, cum laude'],
      ['School of Business, University of Kansas / BS Accounting //  '],
    ],
    [
      ['Rice University, B.A., 2010', '• Society at Ohio University', 'Volunteer, Humanity College Chapter'],
      ['Rice University / B.A. //  2010'],
    ],
    [['GED, State of Ohio, 2007'], [' / GED //  2007']],
    [['Colibri Real Estate, 63-hour course, 2022'], ['Colibri Real Estate / 63-hour course //  2022']],
    [['Rice University, Houston, TX. BBA, 2010'], ['Rice University / BBA //  2010']],
    [['Superior School, Las Vegas: 90-Hour Program, 2021'], ['Superior School / 90-Hour Program //  2021']],
    [['Rice University (online)', 'BBA (in progress)'], ['Rice University / BBA //  ']],
    [
      ['Quartermaster School, Fort Lee, VA', 'Logistics Course, 2006'],
      ['Quartermaster School / Logistics Course //  2006'],
    ],
    [['Valencia College -- A.A. -- 2011'], ['Valencia College / A.A. //  2011']],
    [['School: Rice University', 'Award: Diploma in Law'], ['Rice University / Diploma in Law //  ']],
    [['Rice University. A.S. Technology. 2006.'], ['Rice University / A.S. Technology //  2006']],
    [['Kaplan - Salesperson 90-hour course, 2025'], ['Kaplan / Salesperson 90-hour course //  2025']],
    [['Bachelor of Commerce, DePaul, 2010'], ['DePaul / Bachelor of Commerce //  2010']],
    [
      ['Bachelor of Science, Marketing, 2010', 'Rice University'],
      ['Rice University / Bachelor of Science, Marketing //  2010'],
    ],
    [['DePaul, Bachelor of Commerce, 2010'], ['DePaul / Bachelor of Commerce //  2010']],
    [['Ph.D. in Sociology from Northwestern, 2010'], ['Northwestern / Ph.D. in Sociology //  2010']],
    [['BBA, Management from Kent State University, 2010'], ['Kent State University / BBA, Management //  2010']],
    [
      ['Rice University', 'A.A.S. in Construction and Management of Buildings', 'Technology, 2011'],
      ['Rice University / A.A.S. in Construction and Management of Buildings Technology //  2011'],
    ],
    [['Lincoln High School, 2004', 'Varsity Soccer'], ['Lincoln High School /  /  / 2004']],
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
    [
      ['Indiana University – Bloomington', 'Kelley School of Business', 'BS Finance, 2018'],
      ['Indiana University – Bloomington / BS Finance //  2018'],
    ],
    [['BBA', 'Major in Accounting', 'Baylor University, 2010'], ['Baylor University / BBA //  2010']],
    [
      ['Wilkes Vocational School', 'Certificate, Carpentry, 1992'],
      ['Wilkes Vocational School / Certificate, Carpentry //  1992'],
    ],
    [['School Name |> Degree Received', 'Rice University |> B.A. Law'], ['Rice University / B.A. Law //  ']],
  ])('%j', (lines, found) =>
    expect(schools(lines)).toEqual(found.map((text) => text.replace('///  ', '/  /  / ').replace('//  ', '/  / '))),
  )

  test.each<[string, string]>([
    ['San Diego State University San Diego, CA', 'San Diego State University'],
    ['University of Miami Coral Gables, FL', 'University of Miami'],
    ['Baylor University Waco TX', 'Baylor University'],
    ['Baylor University Waco TX, BBA, 2010', 'Baylor University / BBA / 2010'],
    ['Texas State University San Marcos Texas', 'Texas State University'],
    ['Rice University Houston, TX, 2010', 'Rice University / 2010'],
    ['University of Texas at San Antonio San Antonio, TX', 'University of Texas at San Antonio'],
    ['University of Nevada Las Vegas, NV', 'University of Nevada Las Vegas'],
    ['Trinity College Dublin, Ireland', 'Trinity College Dublin'],
    ['University of Lagos, Nigeria', 'University of Lagos'],
    ['Moscow State University (Russia)', 'Moscow State University'],
    ['Universiti Malaya (Kuala Lumpur, Malaysia)', 'Universiti Malaya'],
    ['University of Nairobi Kenya', 'University of Nairobi'],
    ['Universidad Nacional Autónoma de México', 'Universidad Nacional Autónoma de México'],
    ['University of Ghana, Legon, Accra', 'University of Ghana'],
    ['University of Wisconsin - Madison', 'University of Wisconsin - Madison'],
    ['University of Washington – Tacoma, Tacoma, WA', 'University of Washington – Tacoma'],
    ['University of Miami – Coral Gables, FL', 'University of Miami'],
    ['Certificate in Retail: NYU SPS', 'NYU SPS / Certificate in Retail'],
    ['Baylor University (BBA, 2010)', 'Baylor University / BBA / 2010'],
    ['BBA (Baylor University)', 'Baylor University / BBA'],
    ['Earned a BA in Law from Rice University in 2010.', 'Rice University / BA in Law / 2010'],
    ['Working toward a B.S. in Law at Rice University', 'Rice University / B.S. in Law'],
    ['Studied Law at the University of Akron', 'University of Akron'],
    ['Graduated from Lincoln High School, 1999', 'Lincoln High School / 1999'],
    ['BA English University of Oregon', 'University of Oregon / BA English'],
    ['Bachelor of Arts in English Rice University', 'Rice University / Bachelor of Arts in English'],
    ['Rice University 2008 thru 2012 BA English', 'Rice University / BA English / 2008 / 2012'],
    ['Lincoln High School Diploma', 'Lincoln High School / Diploma'],
    ['B.S. Secondary School Education, Rice University', 'Rice University / B.S. Secondary School Education'],
    ['BBA Law / Rice University / 2010', 'Rice University / BBA Law / 2010'],
    ['BAYLOR UNIVERSITY: WACO, TX', 'BAYLOR UNIVERSITY'],
    ['Univ. of Florida, Gainesville, FL', 'Univ. of Florida'],
    ['Drake H.S., Chicago, IL, 1996', 'Drake H.S. / 1996'],
    ['High School: Drake School, Chicago', 'Drake School'],
    ['b.a. law, rice university, houston tx', 'rice university / b.a. law'],
    ['Economics (B.A.), Rice University', 'Rice University / Economics (B.A.)'],
    ['Tulane University ’03, BBA', 'Tulane University / BBA / 2003'],
    ['Kellogg School of Law – Rice University, MBA', 'Kellogg School of Law – Rice University / MBA'],
    ['Rice University, Jones School of Law, Houston, TX', 'Rice University, Jones School of Law'],
    ['Rutgers, The State University of New Jersey', 'Rutgers, The State University of New Jersey'],
    ['University of Akron Akron, OH United States', 'University of Akron'],
    ['Title of qualification awarded: Diploma', 'Diploma'],
    ['1. Rice University, B.A.', 'Rice University / B.A.'],
    ['Undergraduate: Rice University, B.A.', 'Rice University / B.A.'],
    ['Rice University ~ *B.A. Law* ~ 2012', 'Rice University / B.A. Law / 2012'],
    ['Rice University, B.A., 5/12', 'Rice University / B.A. / 2012-05'],
    ['Bellaire High School graduate (2008)', 'Bellaire High School / 2008'],
    ['High School, 2008', ''],
    ['Rice University, 2003-2005 (no degree)', 'Rice University / 2003 / 2005'],
    [
      'Rice University, MBA, 2016 | Tulane University, BBA, 2010',
      'Rice University / MBA / 2016 ; Tulane University / BBA / 2010',
    ],
    ['Rice University, B.A., ’09', 'Rice University / B.A. / 2009'],
    ['Rice University, 2022 – Expected 2026', 'Rice University / 2022 / 2026'],
    ['Rice University, 2022 – Present (Expected May 2026)', 'Rice University / 2022 / 2026-05'],
    [
      'M.Ed., Rice University, 1999; B.S., Kent State University, 1994',
      'Rice University / M.Ed. / 1999 ; Kent State University / B.S. / 1994',
    ],
    ['Rice University — M.Ed., 1999; B.S., 1994', 'Rice University / M.Ed. / 1999 ; Rice University / B.S. / 1994'],
  ])('%s', (line, found) => {
    const { education } = read([...TOP, 'EDUCATION @12b', line])
    const parts = education.map(({ school, degree, startDate, endDate }) => [school, degree, startDate, endDate])
    expect(parts.map((one) => one.filter(Boolean).join(' / ')).join(' ; ')).toBe(found)
  })
})

test.each<[string[], string]>([
  [['San Diego State University San', 'Diego, CA', 'BBA, 2010'], 'San Diego State University / BBA'],
  [['Associate of Arts, Westlake', 'High School, 2010'], 'Westlake High School / Associate of Arts'],
  [['Attended Portland State', 'University, 2004-2006'], 'Portland State University / '],
  [
    ['Université Paris 1', 'Panthéon-Sorbonne-Nouvelle, Paris', 'Master in Law'],
    'Université Paris 1 Panthéon-Sorbonne-Nouvelle / Master in Law',
  ],
  [
    ['The CE Shop', '63-Hour Sales Associate', 'Pre-License Course, 2022'],
    'The CE Shop / 63-Hour Sales Associate Pre-License Course',
  ],
  [['Bachelor of Law, May', '2012', 'Rice University'], 'Rice University / Bachelor of Law'],
  [
    ['College of Financial', 'Services, Waco, TX', 'Bachelor of Law'],
    'College of Financial Services / Bachelor of Law',
  ],
  [
    ['B.A. in Communication @10b', 'Studies @10b', 'Rice University'],
    'Rice University / B.A. in Communication Studies',
  ],
  [['Bachelor of Law', 'Dean’s List', 'Rice University'], 'Rice University / Bachelor of Law'],
  [['Drake School of Real', 'Estate, Waco, TX. Completed', 'BBA'], 'Drake School of Real Estate / BBA'],
  [['Universidad Tecnológica', '(Rice), Houston', 'BBA'], 'Universidad Tecnológica (Rice) / BBA'],
  [['Rice University Houston', 'Eugene, OR', 'BBA'], 'Rice University Houston / BBA'],
])('joins schools that a narrow column broke: %j', (lines, found) => {
  const work = [
    'EXPERIENCE @12b',
    'Realtor, Keller Williams',
    '2019 – 2021',
    '• Sold homes',
    '• Led tours',
    '• Wrote ads',
  ]
  const { education } = readResume(
    columns(['EDUCATION @12b', ...lines, '', 'SKILLS @12b', 'Excel', 'Word'], work),
    'US',
  )
  expect(education.map(({ school, degree }) => `${school} / ${degree ?? ''}`)).toEqual([found])
})

test.each([
  ['*Rice University | Houston', 'Rice University'],
  ['*BBA Drama | Yale University', 'Yale University / BBA Drama'],
])('separates a school by its look: %s', (row, found) => {
  const at = [50, 48 + 5 * row.indexOf(' |')]
  const { education } = readResume(grid([row], at, [...TOP, 'EDUCATION @12b']), 'US')
  expect(education.map(({ school, degree }) => [school, degree].filter(Boolean).join(' / '))).toEqual([found])
})
