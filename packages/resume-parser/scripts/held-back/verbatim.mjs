// Resumes of the half that is held back that stand here as their text is, with the truth written out.

export const verbatim = [
  {
    file: 'bill-krantz',
    layout: 'txt:utf-8',
    ending: '\r\n',
    text: `Good afternoon,

My resume is pasted below as your site would not take the attachment. Thank you for
your time.

William J. "Bill" Krantz
3306 Brookview Drive
Cedar Rapids, IA 52402
Home: 319-555-0133   Cell: 319-555-0168
wjkrantz@mchsi.com

OBJECTIVE
Crop and farm insurance sales with an established agency in eastern Iowa.

WORK HISTORY
2009 - present
Territory Sales Manager, Kinze Seed & Supply, Cedar Rapids, IA
  > Call on 140 growers and 12 co-ops in nine counties.
  > Sales of $6.2 million in 2023, up from $3.8 million in 2015.
  > Toll-free order line 800-555-0114 was my idea, and still rings.

2001 - 2009
Agronomy Technician, Heartland Co-op, Vinton, IA
  > Scouted 18,000 acres a season.

1996 - 2001
Herdsman, Krantz Brothers Dairy, Monticello, IA
  > Family farm, 85 cows.

EDUCATION
Kirkwood Community College, A.A.S. in Agricultural Business, 1998
Monticello High School, 1996

LICENSES
Iowa Resident Producer, Crop & Property, NPN 8814402, since 2024
Commercial pesticide applicator
Class A CDL

SKILLS
Cold calling, crop scouting, John Deere Operations Center, Excel, public speaking

ACTIVITIES
Linn County Farm Bureau, board since 2012
4-H beef superintendent, 2008-2020

REFERENCES
Rev. Carl Dostal, 319-555-0190
Anne Petrzelka, Heartland Co-op, apetrzelka@heartlandcoop.example.com
`,
    truth: {
      name: 'William J. Krantz',
      emails: ['wjkrantz@mchsi.com'],
      phones: ['+13195550133', '+13195550168'],
      city: 'Cedar Rapids',
      state: 'IA',
      postalCode: '52402',
      links: [],
      skills: ['Cold calling', 'crop scouting', 'John Deere Operations Center', 'Excel', 'public speaking'],
      work: [
        {
          title: 'Territory Sales Manager',
          company: 'Kinze Seed & Supply',
          startDate: '2009',
          endDate: null,
          isCurrent: true,
        },
        {
          title: 'Agronomy Technician',
          company: 'Heartland Co-op',
          startDate: '2001',
          endDate: '2009',
          isCurrent: false,
        },
        {
          title: 'Herdsman',
          company: 'Krantz Brothers Dairy',
          startDate: '1996',
          endDate: '2001',
          isCurrent: false,
        },
      ],
      education: [
        {
          school: 'Kirkwood Community College',
          degree: 'A.A.S. in Agricultural Business',
          startDate: null,
          endDate: '1998',
        },
        { school: 'Monticello High School', degree: null, startDate: null, endDate: '1996' },
      ],
      licenses: [{ name: 'Iowa Resident Producer, Crop & Property', number: '8814402', status: 'licensed' }],
    },
  },
  {
    file: 'delores-finch',
    layout: 'txt:windows-1252',
    ending: '\r\n',
    text: `DELORES A. FINCH
218 W. CHURCH ST. #4
ELMIRA, NEW YORK 14901
(607) 555-0157
DELORES.FINCH@AOL.COM

SUMMARY OF QUALIFICATIONS

\u2022 THIRTY YEARS OF OFFICE EXPERIENCE, FIFTEEN IN PROPERTY MANAGEMENT
\u2022 HONEST, PUNCTUAL, GOOD WITH FIGURES

EMPLOYMENT

SITE MANAGER                                  MAY 2010 \u2013 PRESENT
CHEMUNG VALLEY APARTMENTS, ELMIRA, NY
\u2022 96 UNITS FOR SENIORS; WAITING LIST OF 60
\u2022 RENT ROLL, RECERTIFICATIONS, HUD INSPECTIONS (REAC SCORE 94 IN 2022)

BOOKKEEPER                                    JAN. 2001 \u2013 APRIL 2010
HILLIARD LUMBER CO., HORSEHEADS, NY
\u2022 PAYABLES, RECEIVABLES AND PAYROLL FOR 35

SECRETARY                                     SEPT. 1993 \u2013 DEC. 2000
ARNOT OGDEN MEDICAL CENTER, ELMIRA, NY

EDUCATION

ELMIRA BUSINESS INSTITUTE                     1991 \u2013 1993
SECRETARIAL CERTIFICATE

LICENSES

NYS REAL ESTATE SALESPERSON, # 10401388172
NYS DRIVER'S LICENSE, CLASS D, ID 607 555 014

SKILLS

RENTCAFE \u2022 QUICKBOOKS \u2022 WORD \u2022 NOTARY WORK \u2022 TENANT RELATIONS
`,
    truth: {
      name: 'Delores A. Finch',
      emails: ['delores.finch@aol.com'],
      phones: ['+16075550157'],
      city: 'Elmira',
      state: 'New York',
      postalCode: '14901',
      links: [],
      skills: ['RentCafe', 'QuickBooks', 'Word', 'Notary work', 'Tenant relations'],
      work: [
        {
          title: 'Site Manager',
          company: 'Chemung Valley Apartments',
          startDate: '2010-05',
          endDate: null,
          isCurrent: true,
        },
        {
          title: 'Bookkeeper',
          company: 'Hilliard Lumber Co.',
          startDate: '2001-01',
          endDate: '2010-04',
          isCurrent: false,
        },
        {
          title: 'Secretary',
          company: 'Arnot Ogden Medical Center',
          startDate: '1993-09',
          endDate: '2000-12',
          isCurrent: false,
        },
      ],
      education: [
        {
          school: 'Elmira Business Institute',
          degree: 'Secretarial Certificate',
          startDate: '1991',
          endDate: '1993',
        },
      ],
      licenses: [{ name: 'NYS Real Estate Salesperson', number: '10401388172', status: 'licensed' }],
    },
  },
  {
    file: 'kevin-nguyen',
    layout: 'txt:utf-8',
    text: `Name: Nguyen, Kevin T.
Location: Westminster, CA 92683
Primary phone: 657-555-0186
Alternate phone: n/a
E-mail address: kevin.t.nguyen91@gmail.com
Website: https://www.linkedin.com/in/kevintnguyen91

--- Employment 1 ---
Job title: Branch Operations Manager
Employer: Wells Fargo
Start date: 04/2018
End date: Present
May we contact: No
Description: Lead a team of 9 tellers and bankers. Audits passed each year. Refer 15 to 20
mortgage and investment clients per month to licensed partners.

--- Employment 2 ---
Job title: Personal Banker
Employer: Wells Fargo
Start date: 09/2014
End date: 03/2018
May we contact: Yes
Description: Opened accounts and loans. NMLS registered in this position.

--- Employment 3 ---
Job title: Sales Associate
Employer: Nordstrom
Start date: 06/2011
End date: 08/2014
May we contact: Yes
Description: Men's shoes, Pacesetter 2013.

--- Education 1 ---
School: California State University, Long Beach
Degree: B.S. Business Administration (Finance)
Start date: 08/2009
End date: 05/2014

--- Licenses ---
License: FINRA Series 6
Status: Active
License: FINRA Series 63
Status: Active
License: California Life Agent
Number: 0K41882
Status: Active

--- Skills ---
Vietnamese; branch audits; coaching; cross-selling; fraud prevention; Salesforce
`,
    truth: {
      name: 'Kevin T. Nguyen',
      emails: ['kevin.t.nguyen91@gmail.com'],
      phones: ['+16575550186'],
      city: 'Westminster',
      state: 'CA',
      postalCode: '92683',
      links: ['https://www.linkedin.com/in/kevintnguyen91'],
      skills: ['Vietnamese', 'branch audits', 'coaching', 'cross-selling', 'fraud prevention', 'Salesforce'],
      work: [
        {
          title: 'Branch Operations Manager',
          company: 'Wells Fargo',
          startDate: '2018-04',
          endDate: null,
          isCurrent: true,
        },
        {
          title: 'Personal Banker',
          company: 'Wells Fargo',
          startDate: '2014-09',
          endDate: '2018-03',
          isCurrent: false,
        },
        {
          title: 'Sales Associate',
          company: 'Nordstrom',
          startDate: '2011-06',
          endDate: '2014-08',
          isCurrent: false,
        },
      ],
      education: [
        {
          school: 'California State University, Long Beach',
          degree: 'B.S. Business Administration (Finance)',
          startDate: '2009-08',
          endDate: '2014-05',
        },
      ],
      licenses: [
        { name: 'FINRA Series 6', number: null, status: 'licensed' },
        { name: 'FINRA Series 63', number: null, status: 'licensed' },
        { name: 'California Life Agent', number: '0K41882', status: 'licensed' },
      ],
    },
  },
  {
    file: 'ximena-zavala-ortiz',
    layout: 'txt:utf-8',
    text: `# Ximena Zavala-Ortiz

**Bilingual real estate assistant**
Laredo, TX | +1 (956) 555-0110 | ximena.zavala@yahoo.com | linkedin.com/in/ximenazo

## Summary

Executive assistant to a top-producing agent, with a second life in social media. I
keep the calendar, the files and the client happy, in that order.

## Experience

### Executive Assistant, The Villarreal Team at Uni Properties
*Aug 2022 – Present*

- Coordinate 70+ closings a year from contract to keys
- Manage the team inbox, info@villarrealteam.example.com, and the CRM
- Order signs, photos, surveys

### Social Media Manager (contract), Freelance
*Since March 2020*

- Content for two restaurants, a dentist and a boutique

### Front Desk Agent, La Posada Hotel
*Summer 2017 – February 2020*

- Check-in, night audit, concierge

## Education

**Laredo College** – Associate of Arts, Communications, *2019*
**J. W. Nixon High School** – *2016*

## Licensing

- Currently taking TREC Sales Agent courses (120 of 180 hours complete)

## Skills

- **Real estate:** SkySlope, ZipForm, Matrix
- **Marketing:** Canva, Meta Business Suite, Reels
- **Languages:** Spanish, English
`,
    truth: {
      name: 'Ximena Zavala-Ortiz',
      emails: ['ximena.zavala@yahoo.com'],
      phones: ['+19565550110'],
      city: 'Laredo',
      state: 'TX',
      postalCode: null,
      links: ['https://linkedin.com/in/ximenazo'],
      skills: ['SkySlope', 'ZipForm', 'Matrix', 'Canva', 'Meta Business Suite', 'Reels', 'Spanish', 'English'],
      work: [
        {
          title: 'Executive Assistant',
          company: 'The Villarreal Team at Uni Properties',
          startDate: '2022-08',
          endDate: null,
          isCurrent: true,
        },
        {
          title: 'Social Media Manager (contract)',
          company: 'Freelance',
          startDate: '2020-03',
          endDate: null,
          isCurrent: true,
        },
        {
          title: 'Front Desk Agent',
          company: 'La Posada Hotel',
          startDate: '2017',
          endDate: '2020-02',
          isCurrent: false,
        },
      ],
      education: [
        {
          school: 'Laredo College',
          degree: 'Associate of Arts, Communications',
          startDate: null,
          endDate: '2019',
        },
        { school: 'J. W. Nixon High School', degree: null, startDate: null, endDate: '2016' },
      ],
      licenses: [{ name: 'TREC Sales Agent', number: null, status: 'in_progress' }],
    },
  },
  {
    file: 'aaliyah-brookings',
    layout: 'txt:utf-16le',
    ending: '\r\n',
    text: `Aaliyah Brookings\t\t\t\t\taaliyahb.work@gmail.com
Bilingual in ASL\t\t\t\t\t410 555 0195
\t\t\t\t\t\t\tOwings Mills, MD 21117

Experience
----------------------------------------------------------------------

Geico\t\t\t\t\t\t\tFredericksburg, VA (remote)
Sales Agent\t\t\t\t\t\t6/21 to present
o\tSells auto, renters and umbrella by phone, 60 quotes a day
o\tClosing ratio 31%, team average 24%

Baltimore County Public Library\t\t\t\tTowson, MD
Circulation Assistant\t\t\t\t\t9/18 to 5/21
o\tIssued cards, solved complaints, ran story hour

Under Armour Brand House\t\t\t\tBaltimore, MD
Teammate (seasonal)\t\t\t\t\t11/17 to 1/18

Education
----------------------------------------------------------------------

Morgan State University\t\t\t\t\tBaltimore, MD
B.A., Psychology\t\t\t\t\tMay 2018
GPA 3.2

Western High School\t\t\t\t\tBaltimore, MD
Diploma\t\t\t\t\t\t\tJune 2014

Licenses
----------------------------------------------------------------------

Maryland Property & Casualty, license 3000881742, expires 9/30/2026

Technical Skills
----------------------------------------------------------------------

Salesforce\t\tTalkdesk\t\tGoogle Sheets
Call de-escalation\tNeeds analysis\t\tASL
`,
    truth: {
      name: 'Aaliyah Brookings',
      emails: ['aaliyahb.work@gmail.com'],
      phones: ['+14105550195'],
      city: 'Owings Mills',
      state: 'MD',
      postalCode: '21117',
      links: [],
      skills: ['Salesforce', 'Talkdesk', 'Google Sheets', 'Call de-escalation', 'Needs analysis', 'ASL'],
      work: [
        { title: 'Sales Agent', company: 'Geico', startDate: '2021-06', endDate: null, isCurrent: true },
        {
          title: 'Circulation Assistant',
          company: 'Baltimore County Public Library',
          startDate: '2018-09',
          endDate: '2021-05',
          isCurrent: false,
        },
        {
          title: 'Teammate (seasonal)',
          company: 'Under Armour Brand House',
          startDate: '2017-11',
          endDate: '2018-01',
          isCurrent: false,
        },
      ],
      education: [
        { school: 'Morgan State University', degree: 'B.A., Psychology', startDate: null, endDate: '2018-05' },
        { school: 'Western High School', degree: 'Diploma', startDate: null, endDate: '2014-06' },
      ],
      licenses: [{ name: 'Maryland Property & Casualty', number: '3000881742', status: 'licensed' }],
    },
  },
]
