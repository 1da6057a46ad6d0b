// Resumes of the seen half that stand here as their text is, with the truth written out.

export const verbatim = [
  {
    file: 'gloria-esposito',
    layout: 'txt:utf-8',
    text: `                              GLORIA M. ESPOSITO
          77 Wooster St., New Haven, CT 06511 * 203-555-0148 * gloria.esposito@snet.net

OBJECTIVE:  Full-time position in a busy insurance office.

EXPERIENCE:

6/2018-present    Esposito Family Insurance, New Haven, CT
                  OFFICE MANAGER
                  * Payroll, commissions, and the front desk for a staff of nine.
                  * License renewals for all producers: in 2022-2023 none was late.

9/2012-5/2018     Yale New Haven Hospital, New Haven, CT
                  PATIENT REGISTRAR
                  * Verified insurance of 70 patients a day.

1/2010-8/2012     Elm City Travel
                  TRAVEL AGENT
                  * Booked cruises. Agency code 06-555-01482.

EDUCATION:

                  Southern Connecticut State University, B.S., Business Administration, 2009
                  Gateway Community College, A.S., 2007

SKILLS:           QuickBooks, Applied TAM, Medical terminology,
                  Italian, Typing (70 wpm)

REFERENCES:       Dr. Paul Amato, 203-555-0165, pamato@elmcityortho.com
`,
    truth: {
      name: 'Gloria M. Esposito',
      emails: ['gloria.esposito@snet.net'],
      phones: ['+12035550148'],
      city: 'New Haven',
      state: 'CT',
      postalCode: '06511',
      links: [],
      skills: ['QuickBooks', 'Applied TAM', 'Medical terminology', 'Italian', 'Typing (70 wpm)'],
      work: [
        {
          title: 'Office Manager',
          company: 'Esposito Family Insurance',
          startDate: '2018-06',
          endDate: null,
          isCurrent: true,
        },
        {
          title: 'Patient Registrar',
          company: 'Yale New Haven Hospital',
          startDate: '2012-09',
          endDate: '2018-05',
          isCurrent: false,
        },
        {
          title: 'Travel Agent',
          company: 'Elm City Travel',
          startDate: '2010-01',
          endDate: '2012-08',
          isCurrent: false,
        },
      ],
      education: [
        {
          school: 'Southern Connecticut State University',
          degree: 'B.S., Business Administration',
          startDate: null,
          endDate: '2009',
        },
        { school: 'Gateway Community College', degree: 'A.S.', startDate: null, endDate: '2007' },
      ],
      licenses: [],
    },
  },
  {
    file: 'cody-rasmussen',
    layout: 'txt:utf-8',
    text: `Cody Rasmussen
Broker associate | licensed since 2019
Sioux Falls, South Dakota
cell: 605.555.0116
cody@codysellssiouxfalls.com
www.codysellssiouxfalls.com
https://linkedin.com/in/cody-rasmussen

About
-----
Born and raised here. Before real estate I framed houses, so I know what is behind the drywall.

Experience
----------
Hegg, Realtors - Sales Associate
March 2019 - Present
- 31 sides in 2021, 27 in 2022, 24 in 2023
- I work with buyers who relocate to Sanford or Avera

Journey Construction - Framing Crew Lead
May 2013 - Feb. 2019
- Ran a crew of 5 on 60 houses

U.S. Army National Guard - Specialist
2010 - 2016

Education
---------
Southeast Technical College - Diploma, Construction Management (2013)
Washington High School (2010)

Licenses & certificates
-----------------------
South Dakota Broker Associate, No. 16482
OSHA 30

What I am good at
-----------------
new construction / first-time buyers / VA loans / reading plans
`,
    truth: {
      name: 'Cody Rasmussen',
      emails: ['cody@codysellssiouxfalls.com'],
      phones: ['+16055550116'],
      city: 'Sioux Falls',
      state: 'South Dakota',
      postalCode: null,
      links: ['https://www.codysellssiouxfalls.com', 'https://linkedin.com/in/cody-rasmussen'],
      skills: ['new construction', 'first-time buyers', 'VA loans', 'reading plans'],
      work: [
        {
          title: 'Sales Associate',
          company: 'Hegg, Realtors',
          startDate: '2019-03',
          endDate: null,
          isCurrent: true,
        },
        {
          title: 'Framing Crew Lead',
          company: 'Journey Construction',
          startDate: '2013-05',
          endDate: '2019-02',
          isCurrent: false,
        },
        {
          title: 'Specialist',
          company: 'U.S. Army National Guard',
          startDate: '2010',
          endDate: '2016',
          isCurrent: false,
        },
      ],
      education: [
        {
          school: 'Southeast Technical College',
          degree: 'Diploma, Construction Management',
          startDate: null,
          endDate: '2013',
        },
        { school: 'Washington High School', degree: null, startDate: null, endDate: '2010' },
      ],
      licenses: [{ name: 'South Dakota Broker Associate', number: '16482', status: 'licensed' }],
    },
  },
]
