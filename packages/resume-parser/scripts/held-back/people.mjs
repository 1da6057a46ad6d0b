// Resumes of the half that is held back that were written one by one.
import {
  address,
  education,
  email,
  firm,
  job,
  learning,
  license,
  licenses,
  lines,
  link,
  note,
  phone,
  role,
  school,
  skills,
  summary,
  unpaid,
  work,
} from '../content.mjs'

const LINKED_IN = { month: 'long', to: ' - ', now: 'Present', hasSpan: true }

export const people = [
  {
    file: 'danielle-okafor-reyes',
    layout: 'pdf:linkedIn',
    look: { dates: LINKED_IN, schoolDates: { month: 'year', to: ' - ' } },
    name: 'Danielle Okafor-Reyes',
    tagline: 'REALTOR® at Kentwood Real Estate | Former ICU Nurse | Helping Denver families move with less stress',
    contact: [
      { ...phone('720-555-0148'), after: '(Mobile)' },
      email('danielle.okaforreyes@gmail.com'),
      { ...link('www.linkedin.com/in/danielle-okafor-reyes'), after: '(LinkedIn)' },
      { ...link('movewithdanielle.com'), after: '(Personal)' },
      address('Denver, Colorado, United States', 'Denver', 'Colorado'),
    ],
    sections: [
      skills('Top Skills', ['Buyer Representation', 'Contract Negotiation', 'Patient Care']),
      lines('Languages', 'English (Native or Bilingual)', 'Igbo (Limited Working)', 'Spanish (Professional Working)'),
      licenses(
        'Certifications',
        license('Colorado Real Estate Associate Broker License', 'Colorado Real Estate Associate Broker License'),
        license('Registered Nurse (RN), State of Colorado'),
        license('Pricing Strategy Advisor (PSA)'),
      ),
      lines('Honors-Awards', 'Rookie of the Year', 'DAISY Award Nominee'),
      summary(
        'Summary',
        'For nine years I worked nights in intensive care. I learned to explain hard things simply, to stay calm, and to never leave a family guessing what happens next.\nToday I bring the same care to buying and selling homes along the Front Range. 38 families served since 2021, most of them nurses, teachers and first responders.\nCall or text any time: 720-555-0148.',
      ),
      work(
        'Experience',
        job('Associate Broker', 'Kentwood Real Estate', '2021-03/now', [], {
          place: 'Denver, Colorado, United States',
          text: '• $17.4M in closed volume, 38 sides\n• Rookie of the Year, Cherry Creek office (2021)\n• Host of a monthly first-time buyer class at the Park Hill library',
        }),
        firm(
          'UCHealth',
          'Aurora, Colorado',
          role('Charge Nurse, Medical ICU', '2017-06/2021-02'),
          role('Registered Nurse', '2014-08/2017-05'),
          role('Certified Nursing Assistant', '2012-05/2014-07'),
        ),
        job('Server', 'Sam’s No. 3', '2010-06/2012-04', [], { place: 'Denver, Colorado' }),
      ),
      education(
        'Education',
        school('Regis University', 'Bachelor of Science - BS, Nursing', '2010/2014'),
        school('Kaplan Real Estate Education', 'Colorado Broker Pre-License Program, Real Estate', '2020/2021'),
        school('Overland High School', 'High School Diploma', '2006/2010'),
      ),
    ],
  },
  {
    file: 'marek-szczepanski',
    layout: 'pdf:linkedIn',
    look: { dates: LINKED_IN, schoolDates: { month: 'long', to: ' - ' } },
    name: 'Marek Szczepański',
    shownName: 'Marek Szczepański, CFP®, MBA',
    tagline: 'Wealth Advisor | Retirement Income Planning',
    contact: [
      { ...phone('847-555-0142 x31'), after: '(Work)' },
      email('marek@szczepanskiwealth.com'),
      { ...link('www.linkedin.com/in/marek-szczepanski-cfp'), after: '(LinkedIn)' },
      { ...link('szczepanskiwealth.com/about'), after: '(Blog)' },
      address('Glenview, Illinois, United States', 'Glenview', 'Illinois'),
    ],
    sections: [
      skills('Top Skills', ['Financial Planning', 'Asset Allocation', 'Client Relations']),
      licenses(
        'Certifications',
        license('Series 7', 'Series 7'),
        license('Series 66', 'Series 66'),
        license('Illinois Life & Health Insurance', 'Illinois Life & Health Insurance'),
        license('CERTIFIED FINANCIAL PLANNER™'),
      ),
      lines('Publications', 'Five Questions Before You Roll Over a 401(k)'),
      summary(
        'Summary',
        'I help engineers and small business owners retire on their own terms. Before finance I spent eight years in software, and I still like a good spreadsheet. Advisory practice with $86M in client assets across 112 households.',
      ),
      work(
        'Experience',
        firm(
          'Edward Jones',
          'Glenview, Illinois, United States',
          role('Senior Wealth Advisor', '2019-11/now'),
          role('Financial Advisor', '2014-02/2019-10'),
        ),
        job('Systems Analyst', 'Motorola Solutions', '2009-07/2014-01', [], {
          place: 'Schaumburg, Illinois',
          text: 'Requirements, testing and release of dispatch software for public safety agencies. Team lead for a group of 6 from 2012.',
        }),
        job('IT Support Intern', 'Northeastern Illinois University', '2008-06/2009-05', []),
      ),
      education(
        'Education',
        school('DePaul University', 'Master of Business Administration - MBA, Finance', '2011-09/2013-06'),
        school('Northeastern Illinois University', 'Bachelor of Science - BS, Computer Science', '2005-08/2009-05'),
      ),
      unpaid('Volunteer Experience', job('Board Treasurer', 'Polish Youth Association', '2016-01/now')),
    ],
  },
  {
    file: 'tamika-rowland',
    layout: 'pdf:indeed',
    look: { dates: { month: 'long', to: ' to ', now: 'Present' } },
    name: 'Tamika Rowland',
    tagline: 'Customer Service Manager',
    contact: [
      address('Montgomery, AL 36117', 'Montgomery', 'AL', '36117'),
      email('tamikarowland7_k3q@indeedemail.com'),
      phone('+1 334 555 0193'),
      note('Authorized to work in the US for any employer'),
    ],
    sections: [
      summary(
        'Summary',
        'Retail leader with 11 years of experience in customer service, cash handling and team training. Now studying for my life and health insurance exam and looking for an agency that will sponsor me.',
      ),
      work(
        'Work Experience',
        job(
          'Customer Service Manager',
          'Winn-Dixie',
          '2019-08/now',
          [
            'Supervise 24 cashiers and baggers over two shifts',
            'Balance 9 registers and the safe daily, average deposit $31,000',
            'Resolve customer complaints and process refunds',
            'Conduct interviews and new hire orientation',
          ],
          { place: 'Montgomery, AL' },
        ),
        job(
          'Shift Supervisor',
          'Walgreens',
          '2016-02/2019-07',
          ['Opened and closed the store', 'Led the region in loyalty card sign-ups for Q3 2018'],
          { place: 'Prattville, AL' },
        ),
        job('Cashier', "Kirkland's", '2013-10/2016-01', ['Operated POS and stocked shelves'], {
          place: 'Montgomery, AL',
        }),
      ),
      education(
        'Education',
        school('Trenholm State Community College', 'Some college in Business Administration', '2014-08/2015-12', {
          place: 'Montgomery, AL',
        }),
        school('Sidney Lanier High School', 'High school diploma', '/2013-05', { place: 'Montgomery, AL' }),
      ),
      skills('Skills', [
        'Cash handling',
        'Retail management',
        'POS systems',
        'Conflict resolution',
        'Microsoft Excel',
        'Interviewing',
      ]),
      licenses(
        'Certifications and Licenses',
        learning(
          'Alabama Life and Health Producer, exam scheduled for February 2025',
          'Alabama Life and Health Producer',
        ),
        license("Driver's License"),
        license('ServSafe, May 2022 to May 2027'),
      ),
    ],
  },
  {
    file: 'jason-pruett',
    layout: 'pdf:indeed',
    look: {
      dates: { month: 'long', to: ' to ', now: 'Present' },
      font: "'Liberation Sans'",
      entry: 'indeedNew',
      schoolEntry: 'indeedNew',
      skills: 'bullets',
      lists: 'lines',
    },
    name: 'Jason Pruett',
    tagline: 'HVAC Technician / Sales',
    contact: [
      address('Broken Arrow, OK', 'Broken Arrow', 'OK'),
      email('jpruett.hvac@yahoo.com'),
      phone('(918) 555-0126'),
      note('Willing to relocate: Tulsa, OK - Oklahoma City, OK'),
    ],
    sections: [
      work(
        'Work Experience',
        job(
          'Comfort Advisor (Sales)',
          'Airco Service',
          '2021-05/now',
          [
            'Run 3-5 in-home sales calls per day, close rate 47%',
            '$1.9 million sold in 2023, #2 of 14 advisors',
            'Explain financing options and rebates to homeowners',
          ],
          { place: 'Tulsa, OK' },
        ),
        job(
          'Lead Installer',
          'Airco Service',
          '2017-03/2021-04',
          ['Installed residential split systems and heat pumps', 'Trained 6 apprentices'],
          { place: 'Tulsa, OK' },
        ),
        job('HVAC Apprentice', 'Hawkins Heat & Air', '2014-06/2017-02', [], { place: 'Bixby, OK' }),
      ),
      education(
        'Education',
        school('Tulsa Technology Center', 'Certificate in Heating, Ventilation and Air Conditioning', '/2014-05', {
          place: 'Broken Arrow, OK',
        }),
      ),
      skills('Skills', [
        'In-home sales',
        'Load calculations',
        'Financing',
        'Customer education',
        'Upselling',
        'Blueprint reading',
        'ServiceTitan',
      ]),
      licenses(
        'Certifications and Licenses',
        license('EPA 608 Universal'),
        license('Oklahoma Mechanical Journeyman #118834'),
        license(
          'Oklahoma Provisional Sales Associate - license number 204417',
          'Oklahoma Provisional Sales Associate #204417',
        ),
      ),
      lines('Additional Information', 'Clean MVR, own truck. Available evenings and weekends.'),
    ],
  },
  {
    file: 'rohan-mehrotra',
    layout: 'pdf:latex',
    look: {
      dates: { month: 'press', to: ' – ', now: 'Present' },
      entry: 'latex',
      schoolEntry: 'latex',
      groups: 'inline',
    },
    name: 'Rohan Mehrotra',
    contact: [
      phone('(732) 555-0117'),
      email('rohan.mehrotra@rutgers.example.edu'),
      link('linkedin.com/in/rohanmehrotra'),
      link('github.com/rmehrotra'),
    ],
    sections: [
      education(
        'Education',
        school('Rutgers University', 'Bachelor of Science in Finance, Minor in Statistics', '2020-09/2024-05', {
          place: 'New Brunswick, NJ',
          notes: ['GPA: 3.71/4.00; Dean’s List, 6 semesters', 'Relevant coursework: Fixed Income, Derivatives'],
        }),
      ),
      work(
        'Experience',
        job(
          'Wealth Management Analyst',
          'Raymond James',
          '2024-07/now',
          [
            'Prepare client reviews, proposals and rebalancing trades for a team with $540M under management',
            'Automated quarterly reporting in Python, which saves about 12 hours per cycle',
            'First point of contact for 90 households',
          ],
          { place: 'Princeton, NJ' },
        ),
        job(
          'Summer Analyst',
          'PGIM Fixed Income',
          '2023-06/2023-08',
          ['Built a screen of 300 high-yield issuers; findings presented to the desk head'],
          { place: 'Newark, NJ' },
        ),
        job(
          'Resident Assistant',
          'Rutgers Residence Life',
          '2022-08/2024-05',
          ['Responsible for a floor of 42 first-year students'],
          { place: 'New Brunswick, NJ' },
        ),
      ),
      unpaid(
        'Leadership & Projects',
        job('Vice President', 'Rutgers Investment Club', '2022-09/2024-05', [
          'Office hours for 60 members; $25,000 student-run fund',
        ]),
      ),
      licenses(
        'Licenses',
        license('FINRA Series 7 and 63', 'Series 7', 'Series 63'),
        learning('Series 65 – exam in March 2025', 'Series 65'),
      ),
      skills('Technical Skills', {
        Languages: ['Python', 'SQL', 'VBA'],
        Tools: ['Bloomberg Terminal', 'FactSet', 'Morningstar Direct', 'Tableau'],
        Other: ['Excel modeling'],
      }),
    ],
  },
  {
    file: 'eileen-van-der-hoeven',
    layout: 'pdf:vitae',
    look: {
      dates: { month: 'year', to: '–', now: 'present' },
      entry: 'left',
      schoolEntry: 'left',
      skills: 'commas',
      head: 'Résumé of Eileen van der Hoeven',
      foot: 'E. van der Hoeven',
    },
    name: 'Eileen M. van der Hoeven',
    shownName: 'Eileen M. van der Hoeven, M.Ed.',
    contact: [
      address('1530 Wealthy Street SE, Grand Rapids, Michigan 49506', 'Grand Rapids', 'Michigan', '49506'),
      phone('616-555-0171', 'Home'),
      phone('616-555-0109', 'Cell'),
      email('evanderhoeven@att.net'),
    ],
    sections: [
      summary(
        'Objective',
        'To bring twenty-four years of teaching, planning and talking with parents to the residential team of a local brokerage.',
      ),
      licenses(
        'Certification and License',
        license('Michigan Professional Education Certificate, K-5 all subjects'),
        license(
          'Michigan Real Estate Salesperson, license 6501448120, issued 2024',
          'Michigan Real Estate Salesperson #6501448120',
        ),
      ),
      education(
        'Education',
        school('Grand Valley State University', 'M.Ed., Reading and Language Arts', '/2006', {
          place: 'Allendale, Michigan',
        }),
        school('Calvin College', 'B.A., Elementary Education', '/2000', {
          place: 'Grand Rapids',
          notes: ['Cum laude; student teaching at Oakdale Christian School, 1999'],
        }),
      ),
      work(
        'Teaching Experience',
        job(
          'Fourth Grade Teacher',
          'East Grand Rapids Public Schools',
          '2007/now',
          [
            'Plan and teach all core subjects to classes of 24 to 28 pupils',
            'Chair of the literacy committee, 2013-2019; wrote the district’s writing rubric',
            'Mentor to nine first-year teachers',
            'Organize the annual fourth grade “Market Day”, where pupils run businesses and keep books',
            'Raised $14,300 for a school library over three years',
          ],
          { place: 'Lakeside Elementary' },
        ),
        job(
          'Reading Specialist',
          'Kentwood Public Schools',
          '2003/2007',
          ['Pulled small groups of struggling readers; 78% reached grade level within a year'],
          { place: 'Kentwood, Michigan' },
        ),
        job('Second Grade Teacher', 'Oakdale Christian School', '2000/2003', [
          'Self-contained classroom of 22',
          'Directed the spring musical',
        ]),
      ),
      work(
        'Other Employment',
        job('Licensed Showing Assistant (weekends)', 'Five Star Real Estate', '2024/now', [
          'Open houses and showings for two listing agents',
        ]),
        job('Summer Program Coordinator', 'Camp Roger', '2001/2006', ['Summers only'], {
          place: 'Rockford, Michigan',
          when: 'Summers\n2001–2006',
        }),
      ),
      lines(
        'Professional Development',
        'Responsive Classroom, levels I and II (2009, 2011)',
        'Grand Rapids Association of REALTORS® orientation (2024)',
      ),
      skills('Computer Skills', ['Google Classroom', 'PowerSchool', 'Canva', 'Microsoft Office']),
      lines('Honors', 'Teacher of the Year, Lakeside Elementary, 2015', 'Reading Council grant, 2010'),
      {
        ...lines(
          'References',
          'Dr. Alan Brink, Principal, Lakeside Elementary\n(616) 555-0134 • abrink@lakeside.example.org',
          'Monica Terpstra, Associate Broker, Five Star Real Estate\n(616) 555-0188 • monica@terpstrahomes.example.com',
        ),
        plain: true,
      },
    ],
  },
  {
    file: 'gregory-statham',
    layout: 'pdf:federal',
    look: {
      dates: { month: 'slash', to: ' - ', now: 'Present' },
      entry: 'federal',
      schoolEntry: 'federal',
      skills: 'bullets',
      lists: 'lines',
    },
    name: 'Gregory L. Statham',
    shownName: 'GREGORY L. STATHAM',
    contact: [
      address('7315 Old Spring Branch Road\nFredericksburg, VA 22407', 'Fredericksburg', 'VA', '22407'),
      phone('540-555-0162', 'Mobile:'),
      phone('703-555-0119', 'Work:'),
      email('gregory.l.statham@outlook.com', 'Email:'),
      note('United States', 'Country of Citizenship:'),
      note('5-point preference (TP)', "Veterans' Preference:"),
      note('GS-0962-09, 03/2019 - Present', 'Highest Grade:'),
    ],
    sections: [
      work(
        'Work Experience',
        job(
          'Contact Representative',
          'Department of Veterans Affairs',
          '2019-03/now',
          [
            'Explain eligibility for home loan guaranty, life insurance and disability benefits to an average of 45 callers a day.',
            'Review certificates of eligibility and lender packages for completeness.',
            'Trained 17 new representatives; wrote the desk guide on funding fee refunds.',
          ],
          {
            place: '810 Vermont Avenue NW, Washington, DC 20420',
            details: [
              'Series: 0962   Pay Plan: GS   Grade: 09   Salary: $73,840.00 USD per year',
              'Hours per week: 40',
              'Supervisor: Lorraine Tapp (202-555-0187)   Okay to contact this supervisor: Yes',
            ],
          },
        ),
        job(
          'Insurance Claims Representative',
          'USAA',
          '2015-06/2019-02',
          [
            'Adjusted auto and homeowner claims up to $50,000 in authority.',
            'Handled catastrophe duty after hurricanes Harvey and Michael.',
          ],
          {
            place: 'Chesapeake, VA 23320',
            details: [
              'Salary: $52,500.00 USD per year   Hours per week: 40',
              'Supervisor: Dennis Olmo (757-555-0150)   Okay to contact this supervisor: Contact me first',
            ],
          },
        ),
        job(
          'Human Resources Sergeant',
          'United States Army',
          '2007-01/2015-05',
          [
            'Supervised a section of 8 soldiers; records for a battalion of 640.',
            'Deployed to Iraq (2008-2009) and Afghanistan (2012).',
          ],
          { place: 'Fort Eustis, VA', details: ['Rank: E-6   Hours per week: 50', 'MOS 42A'] },
        ),
      ),
      education(
        'Education',
        school('University of Mary Washington', 'Bachelor of Professional Studies', '/2018-12', {
          place: 'Fredericksburg, VA',
          notes: ['GPA: 3.4 of a maximum 4.0', 'Credits Earned: 122 Semester hours'],
        }),
        school('Germanna Community College', 'Associate of Arts and Sciences', '/2015-05', {
          place: 'Locust Grove, VA',
        }),
      ),
      licenses(
        'Licenses and Certificates',
        license(
          'Virginia Property and Casualty Adjuster (all lines), NPN 18850317',
          'Virginia Property and Casualty Adjuster #18850317',
        ),
        learning('Virginia Real Estate Salesperson: 60-hour course in progress', 'Virginia Real Estate Salesperson'),
      ),
      skills('Additional Skills', ['Siebel CRM', 'WebLGY', 'Public speaking', 'Typing 62 WPM', 'Conflict management']),
      lines('Job Related Training', 'VA Loan Guaranty Basic (40 hours, 2019)', 'Army Senior Leader Course (2013)'),
      lines('Professional References', 'Col. Irene Maddox (Ret.), 804-555-0141, irene.maddox@maddoxgroup.example'),
    ],
  },
  {
    file: 'bernadette-quiroz',
    layout: 'pdf:gutter',
    look: {
      dates: { month: 'year', to: ' - ', now: 'Present' },
      entry: 'sentence',
      schoolEntry: 'sentence',
      skills: 'stops',
      font: 'Carlito',
      mark: "'➢ '",
    },
    name: 'Bernadette Quiroz',
    tagline: 'Hospitality leader changing careers to real estate',
    contact: [
      phone('505.555.0128'),
      email('bernadette.quiroz@hotmail.com'),
      address('Santa Fe, NM 87507', 'Santa Fe', 'NM', '87507'),
    ],
    sections: [
      summary(
        'Profile',
        'Operations and sales manager with a gift for remembering names. Fifteen years in hotels and events taught me to read people, keep promises and close.',
      ),
      lines(
        'Selected Accomplishments',
        'Negotiated 60 to 80 group contracts a year with an average value of $22,000',
        'Raised wedding revenue from $310,000 to $540,000 in three seasons',
        'Cut staff turnover from 71% to 38% with a mentoring plan',
        'Opened two properties on budget, one of them in a historic building',
      ),
      skills('Areas of Strength', [
        'Contract negotiation',
        'Vendor management',
        'Bilingual in Spanish and English',
        'Revenue forecasting',
        'Event design',
      ]),
      work(
        'Work Chronology',
        job('Director of Sales & Events', 'Hotel Santa Fe', '2016/now'),
        job('Banquet Manager', 'La Fonda on the Plaza', '2011/2016'),
        job('Front Office Supervisor', 'Hyatt Regency Tamaya', '2008/2011', [], { place: 'Santa Ana Pueblo' }),
      ),
      education(
        'Education',
        school('New Mexico State University', 'BS, Hotel, Restaurant and Tourism Management', '/2008'),
        school('Santa Fe Real Estate Academy', '90-hour pre-licensing course', '/2024', { when: 'completed 2024' }),
      ),
      licenses(
        'License Status',
        learning(
          'Passed both parts of the New Mexico associate broker exam; license application submitted',
          'New Mexico associate broker',
        ),
      ),
      unpaid('Giving Back', job('Board Member', 'Kitchen Angels', '2018/2022')),
    ],
  },
  {
    file: 'savannah-pritchard',
    layout: 'pdf:darkRight',
    look: {
      dates: { month: 'short', to: ' - ', now: 'Present' },
      skills: 'tags',
      color: '#5b4b6f',
      contactHeading: "Let's talk",
    },
    name: 'Savannah Leigh Pritchard',
    tagline: 'Salon owner turned sales pro',
    contact: [
      phone('864-555-0135'),
      email('savannah@savannahleighstudio.com'),
      address('Greenville, South Carolina', 'Greenville', 'South Carolina'),
      link('savannahleighstudio.com'),
      note('@savannahleigh.sc'),
    ],
    sections: [
      summary(
        'Hello!',
        'I built a six-chair salon from an empty storefront and sold it at a profit. I know how to find clients, keep clients and run the numbers. Next stop: residential real estate in the Upstate.',
      ),
      work(
        "Where I've Been",
        job('Owner & Stylist', 'Savannah Leigh Studio', '2017-09/2024-08', [
          'Grew to $480K in yearly sales with 6 stylists and 2 assistants',
          '4.9 stars from 812 online reviews',
          'Managed lease, payroll, taxes and marketing',
        ]),
        job('Master Stylist', 'Great Clips', '2013-04/2017-08', ['Top retail seller in the district, 2015 and 2016'], {
          place: 'Simpsonville, SC',
        }),
        job('Receptionist', 'Carolina Dermatology', '2011-06/2013-03', [], { place: 'Greer, SC' }),
      ),
      unpaid('Community', job('Career Day Speaker', 'Greenville Technical College', '2019/2023')),
      skills('Strengths', [
        'Lead generation',
        'Instagram marketing',
        'Client retention',
        'Budgeting',
        'Square',
        'Hiring',
      ]),
      education(
        'Training',
        school('Wyman King Academy', 'SC Salesperson Unit I', '/2024-11'),
        school('Greenville Technical College', 'Cosmetology Diploma', '/2011'),
      ),
      licenses(
        'Licenses',
        learning('SC Real Estate Salesperson (exam booked)', 'SC Real Estate Salesperson'),
        license('SC Cosmetology License 82217'),
      ),
    ],
  },
  {
    file: 'tobias-engelhardt',
    layout: 'pdf:docs',
    look: {
      dates: { month: 'long', to: ' - ', now: 'PRESENT', isUpper: true },
      schoolDates: { month: 'long', to: ' - ', isUpper: true },
      skills: 'lines',
      lists: 'lines',
    },
    name: 'Tobias Engelhardt',
    contact: [
      address('2841 NE Killingsworth St\nPortland, OR 97211', 'Portland', 'OR', '97211'),
      phone('(971) 555-0104'),
      email('tobias.engelhardt@pm.me'),
    ],
    sections: [
      work(
        'EXPERIENCE',
        job(
          'Personal Lines Account Executive',
          'Beecher Carlson',
          '2022-01/now',
          [
            'Manage 310 high-net-worth household accounts with $2.7M in premium.',
            'Remarket renewals in a hard market; retention 93% in 2023.',
          ],
          { place: 'Portland' },
        ),
        job(
          'Customer Success Manager',
          'Puppet',
          '2018-05/2021-12',
          ['Owned renewals for 45 enterprise customers.', 'Net revenue retention of 114% in 2020.'],
          { place: 'Portland' },
        ),
        job('Help Desk Technician', 'Portland Public Schools', '2015-08/2018-04', ['Closed 20 tickets a day.'], {
          place: 'Portland',
        }),
      ),
      education(
        'EDUCATION',
        school('Lewis & Clark College', 'BA, International Affairs', '2011-09/2015-05', { place: 'Portland' }),
      ),
      unpaid('VOLUNTEERING', job('Trail Crew Leader', 'Trailkeepers of Oregon', '2017-04/now')),
      skills('SKILLS', ['Applied Epic', 'Salesforce', 'Zendesk', 'Renewal strategy', 'German']),
      licenses(
        'LICENSES',
        license('Oregon Property & Casualty Producer, NPN 19664205', 'Oregon Property & Casualty Producer #19664205'),
      ),
      lines('AWARDS', 'Account Executive of the Quarter, Q2 2023', 'Eagle Scout'),
    ],
  },
  {
    file: 'nadia-benhaddou',
    layout: 'pdf:office',
    look: {
      dates: { month: 'long', to: ' – ', now: 'present', isUpper: true },
      schoolDates: { month: 'long', to: ' – ', isUpper: true },
      skills: 'twoColumns',
      entry: 'above',
    },
    name: 'Nadia Benhaddou',
    contact: [
      address('99 Franklin Street, Malden, MA 02148', 'Malden', 'MA', '02148'),
      phone('781 555 0146'),
      email('nadia.benhaddou@icloud.com'),
      link('linkedin.com/in/nbenhaddou'),
    ],
    sections: [
      summary(
        'Objective',
        'Licensed mortgage professional seeking a branch that values long relationships over quick rate quotes. Fluent in French, Arabic and English.',
      ),
      work(
        'Experience',
        job(
          'Mortgage Loan Originator',
          'Leader Bank',
          '2020-10/now',
          [
            'Originate $32M to $41M a year in purchase and refinance loans.',
            'Partner with 30 real estate agents north of Boston.',
          ],
          { place: 'Arlington, MA' },
        ),
        job(
          'Loan Officer Assistant',
          'Fairway Independent Mortgage',
          '2018-01/2020-09',
          ['Collected documents, locked rates and kept borrowers informed.'],
          { place: 'Needham, MA' },
        ),
        job('Head Teller', 'East Cambridge Savings Bank', '2014-05/2017-12', [], { place: 'Cambridge, MA' }),
      ),
      education(
        'Education',
        school('Suffolk University', 'Bachelor of Science in Business Administration', '/2014-05', {
          place: 'Boston, MA',
        }),
      ),
      licenses(
        'Licenses',
        license('NMLS ID: 1774902 (MA, NH, ME)', 'NMLS ID #1774902'),
        license('Notary Public, Massachusetts'),
      ),
      skills('Skills', [
        'Encompass',
        'Desktop Underwriter',
        'FHA and VA loans',
        'MassHousing programs',
        'First-time buyer seminars',
        'Pipeline management',
      ]),
      lines('Activities', 'Member, Massachusetts Mortgage Bankers Association', 'Coach, Malden Girls Soccer'),
    ],
  },
  {
    file: 'curtis-holloway',
    layout: 'pdf:application',
    look: {
      dates: { month: 'thinSlash', to: '|', now: 'Present' },
      skills: 'commas',
      schoolDates: { month: 'year', to: '|' },
    },
    name: 'Curtis Wayne Holloway Jr.',
    shownName: 'HOLLOWAY, Curtis Wayne, Jr.',
    contact: [
      address('Route 2, Box 118\nDothan, AL 36303', 'Dothan', 'AL', '36303'),
      phone('(334) 555-0155', 'Home telephone'),
      phone('(850) 555-0166', 'Cell'),
      email('cwholloway_jr@yahoo.com', 'E-mail'),
      note('Commercial, class A, hazmat, no. 7781204', "Driver's license"),
    ],
    sections: [
      summary(
        'Position applied for',
        'Insurance sales agent (trainee). Desired pay: open. Can start: two weeks’ notice.',
      ),
      education(
        'Education and training',
        school('Wallace Community College', 'Certificate, Logistics', '2009/2010'),
        school('Northview High School', 'Diploma', '/2005'),
      ),
      work(
        'Employment history',
        job('Regional Driver', 'AAA Cooper Transportation', '2016-04/now', [
          '1.1 million miles without an accident; driver trainer since 2020',
        ]),
        job('Dispatcher', 'Southern Haulers', '2012-09/2016-03', ['Scheduled 34 trucks; night desk (800) 555-0102']),
        job('Forklift Operator', 'Michelin', '2010-06/2012-08'),
        job('Specialist', 'Alabama Army National Guard', '2005-07/2011-07'),
      ),
      licenses(
        'Licenses and certificates',
        learning('Alabama life insurance producer – pre-licensing course under way', 'Alabama life insurance producer'),
        license('CDL class A'),
        license('TWIC card'),
      ),
      skills('Special skills', ['Safety training', 'Route planning', 'Bookkeeping', 'Speaks some German']),
      lines(
        'References',
        'Pastor Dale Sikes, First Baptist Church, (334) 555-0111',
        'Wendell Tharpe, dispatcher, (334) 555-0190',
      ),
    ],
  },
  {
    file: 'mae-liang',
    layout: 'pdf:poster',
    look: {
      dates: { month: 'slash', to: ' - ', now: 'Now' },
      skills: 'bars',
      lists: 'lines',
      initials: 'ML',
      color: '#2b8a8a',
    },
    name: 'Mei-Xing Liang',
    shownName: 'Mei-Xing “Mae” Liang',
    tagline: 'Apartment leasing · Social media · Mandarin & Cantonese',
    contact: [
      phone('+1 (626) 555-0174'),
      email('mae.liang@gmail.com'),
      address('Alhambra, CA 91801', 'Alhambra', 'CA', '91801'),
      link('instagram.com/maeleases'),
      link('https://maeleases.example.com'),
    ],
    sections: [
      summary(
        'About',
        'Top leasing consultant at a 412-unit community. I film every floor plan myself. Studying for the California real estate salesperson exam.',
      ),
      work(
        'Experience',
        firm(
          'Equity Residential',
          'Pasadena, CA',
          role('Senior Leasing Consultant', '2022-02/now', [
            'Lease 14 to 18 apartments a month',
            '97% occupancy for 11 months',
          ]),
          role('Leasing Consultant', '2020-01/2022-01', ['Answered 60 online leads a week within the hour']),
        ),
        job('Tour Guide', 'Huntington Library', '2018-06/2019-12', ['Led groups of 20 in English and Mandarin'], {
          place: 'San Marino, CA',
        }),
        job('Barista', '85°C Bakery Cafe', '2016-08/2018-05', [], { place: 'Alhambra, CA' }),
      ),
      education(
        'Education',
        school('California State University, Los Angeles', 'BA Communication', '2014-09/2018-06'),
        school('Alhambra High School', 'Diploma', '/2014-06'),
      ),
      skills('Skills', ['Yardi', 'Knock CRM', 'Video editing', 'Fair housing', 'Negotiation', 'Canva']),
      lines('Languages', 'Mandarin', 'Cantonese', 'English'),
      lines('Likes', 'Night markets, film cameras, half marathons'),
    ],
    alsoLicensed: [learning('', 'California real estate salesperson')],
  },
  {
    file: 'roberto-castellanos',
    layout: 'pdf:dense',
    look: {
      dates: { month: 'dashed', to: ' to ', now: 'Present' },
      schoolDates: { month: 'year', to: ' to ' },
      entry: 'three',
      schoolEntry: 'three',
      caps: 'uppercase',
      skills: 'fourColumns',
    },
    name: 'Roberto Castellanos III',
    contact: [
      address('14402 SW 88th Ter, Apt 210\nMiami, FL 33186', 'Miami', 'FL', '33186'),
      phone('786-555-0139'),
      note('305-555-0140', 'Fax'),
      email('rcastellanos3@bellsouth.net'),
    ],
    sections: [
      summary(
        'Qualifications',
        'Twenty-two years in title, escrow and closing. Bilingual. 4,000+ closings without a claim.',
      ),
      work(
        'Employment',
        job(
          'Senior Closing Agent',
          'Sunshine State Title, LLC',
          '2012-01/now',
          [
            'Residential, commercial and condo closings, 25 per month',
            'Wire fraud protocol written in 2019; no loss since',
          ],
          { place: 'Coral Gables, FL' },
        ),
        job('Escrow Officer', 'Stewart Title', '2006-05/2011-12', ['Balanced trust accounts of $6M'], {
          place: 'Doral, FL',
        }),
        job('Closing Assistant', 'Law Offices of J. Pardo, P.A.', '2002-08/2006-04', [], { place: 'Hialeah, FL' }),
      ),
      licenses(
        'Licenses',
        license('Florida Title Agent (4-10) License No. A204417', 'Florida Title Agent (4-10) #A204417'),
        license('Florida Real Estate Sales Associate SL3287710', 'Florida Real Estate Sales Associate #SL3287710'),
        license('Notary Public, State of Florida, Commission HH 204511'),
      ),
      education(
        'Education',
        school('Miami Dade College', 'A.A. Business', '2000/2002'),
        school('South Miami Senior High', 'Diploma', '/2000'),
      ),
      skills('Skills', [
        'SoftPro',
        'Qualia',
        'HUD/CD',
        'Title search',
        'Reconciliation',
        'Spanish',
        'E-recording',
        'FIRPTA',
      ]),
    ],
  },
  {
    file: 'margaret-dunleavy',
    layout: 'docx:tabbedLines',
    look: {
      dates: { month: 'short', to: ' – ', now: 'Present' },
      entry: 'firmTab',
      schoolEntry: 'firmTab',
      skills: 'twoColumns',
    },
    name: 'Margaret Ann Dunleavy',
    shownName: 'Margaret Ann Dunleavy, RN, BSN',
    contact: [
      address('48 Dutch Hill Road, Rutland, VT 05701', 'Rutland', 'VT', '05701'),
      phone('802.555.0182'),
      email('mdunleavy.rn@comcast.net'),
    ],
    sections: [
      summary(
        'Professional Summary',
        'Registered nurse with 19 years at the bedside and in case management. Licensed to sell Medicare products since 2023; looking for an agency with a strong senior market.',
      ),
      work(
        'Professional Experience',
        job(
          'Licensed Medicare Advisor (part-time)',
          'Green Mountain Senior Benefits',
          '2023-05/now',
          [
            'Wrote 64 Medicare Supplement policies in the first enrollment season.',
            'Holds kitchen-table reviews in three counties.',
          ],
          { place: 'Rutland, VT' },
        ),
        firm(
          'Rutland Regional Medical Center',
          'Rutland, VT',
          role('RN Case Manager', '2014-02/now', [
            'Coordinates discharge for a 24-bed unit.',
            'Explains coverage to patients and families every day.',
          ]),
          role('Staff Nurse, Telemetry', '2005-06/2014-01', ['Preceptor for 15 new graduates.']),
        ),
        job('Unit Secretary', 'Mary Hitchcock Memorial Hospital', '2002-09/2005-05', [], { place: 'Lebanon, NH' }),
      ),
      licenses(
        'Licenses & Certifications',
        license('Registered Nurse, State of Vermont, 026.0041187'),
        license('Vermont Accident & Health Producer, License 3680421', 'Vermont Accident & Health Producer #3680421'),
        license('AHIP Medicare + Fraud, Waste & Abuse, 2025'),
        license('ACLS, BLS (American Heart Association)'),
      ),
      education(
        'Education',
        school('Castleton State College', 'Bachelor of Science in Nursing', '2001-09/2005-05', {
          place: 'Castleton, VT',
        }),
      ),
      skills('Key Skills', [
        'Medicare Advantage',
        'Part D plans',
        'Needs assessment',
        'Motivational interviewing',
        'Epic',
        'Documentation',
      ]),
    ],
  },
  {
    file: 'terrence-whitlock',
    layout: 'docx:sidebarTable',
    look: {
      dates: { month: 'twoDigits', to: ' to ', now: 'present' },
      schoolDates: { month: 'year', to: ' to ' },
      entry: 'plain',
      schoolEntry: 'plain',
      skills: 'bullets',
      font: 'Arial',
    },
    name: 'Terrence D. Whitlock',
    tagline: 'Home Inspector & Contractor',
    contact: [
      phone('(314) 555-0163', 'M:'),
      email('terrence@whitlockinspections.com', 'E:'),
      link('www.whitlockinspections.com', 'W:'),
      { ...address('Florissant, Missouri 63031', 'Florissant', 'Missouri', '63031'), label: 'A:' },
    ],
    sections: [
      summary(
        'Career Objective',
        'After 1,500 inspections I would like to be on the other side of the report: as an agent who knows what buyers are buying.',
      ),
      work(
        'Experience',
        job('Home Inspector', 'Whitlock Inspections', '2016-06/now', [
          'ASHI standards; 150 to 190 inspections per year',
          'Reports within 24 hours, radon and sewer scope included',
        ]),
        job(
          'General Foreman',
          'Paric Corporation',
          '2008-03/2016-05',
          ['Ran crews of 8 to 20 on multifamily projects'],
          {
            place: 'St. Louis, MO',
          },
        ),
        job('Carpenter', 'Carpenters Local 97', '2001-06/2008-02'),
      ),
      education(
        'Education',
        school('St. Louis Community College', 'A.A.S., Construction Management', '2003/2006'),
        school('McCluer North High School', 'Diploma', '/2001'),
      ),
      skills('Skills', ['Building codes', 'Estimating', 'Spectora', 'Client communication', 'Photography']),
      licenses(
        'Licenses',
        learning(
          'Missouri real estate salesperson, 48-hour course finished, exam in April',
          'Missouri real estate salesperson',
        ),
        license('ASHI Certified Inspector 263104'),
        license('OSHA 30'),
      ),
    ],
  },
  {
    file: 'ingrid-sorensen-pratt',
    layout: 'docx:firstHeader',
    look: {
      dates: { month: 'dot', to: ' – ', now: 'today' },
      entry: 'rows',
      schoolEntry: 'rows',
      skills: 'pipes',
      font: 'Garamond',
    },
    name: 'Ingrid Sørensen-Pratt',
    tagline: 'Commercial Real Estate • Tenant Representation',
    contact: [
      email('ingrid@sorensenpratt.com'),
      phone('206.555.0107'),
      address('1201 2nd Avenue W, Seattle, WA 98119', 'Seattle', 'WA', '98119'),
      link('linkedin.com/in/isorensenpratt'),
    ],
    sections: [
      summary(
        'Executive Profile',
        'Tenant representative for life-science and technology companies. 2.3 million square feet leased since 2010; former architect, which shows in every test fit.',
      ),
      work(
        'Career Highlights',
        firm(
          'Kidder Mathews',
          'Seattle, WA',
          role('Senior Vice President', '2018-02/now', [
            'Leads a team of four brokers and two analysts.',
            'Represented a genomics company in a 94,000 sf headquarters lease.',
            'Experience with ground leases, sale-leasebacks and build-to-suit.',
          ]),
          role('Vice President', '2013-04/2018-01', ['Closed 41 leases with an average term of 7.5 years.']),
          role('Associate', '2010-09/2013-03', ['Cold-called three floors a day.']),
        ),
        job('Project Architect', 'NBBJ', '2003-07/2010-08', ['Laboratories and clinics from 20,000 to 180,000 sf.'], {
          place: 'Seattle, WA',
        }),
        job('Designer', 'Henning Larsen', '2000-09/2003-06', [], { place: 'Copenhagen, Denmark' }),
      ),
      licenses(
        'Licensing',
        license('Washington Managing Broker, No. 27713', 'Washington Managing Broker #27713'),
        license('Registered Architect, Washington (inactive)'),
      ),
      education(
        'Academic Credentials',
        school('University of Washington', 'Master of Science in Real Estate', '2011-09/2013-06'),
        school('Aarhus School of Architecture', 'Cand.arch.', '/2000-06', { place: 'Aarhus' }),
      ),
      skills('Core Skills', [
        'Lease negotiation',
        'Test fits',
        'CoStar',
        'Argus Enterprise',
        'Danish',
        'Financial modeling',
      ]),
      lines('Affiliations', 'CCIM Institute, candidate', 'NAIOP Washington, board member 2019-2022', 'CREW Seattle'),
    ],
  },
  {
    file: 'jimmy-nakamura',
    layout: 'docx:typed',
    look: {
      dates: { month: 'quote', to: '-', now: 'Now' },
      schoolDates: { month: 'year', to: '-' },
      skills: 'commas',
      font: 'Times New Roman',
    },
    name: 'James K. Nakamura',
    shownName: 'James K. (Jimmy) Nakamura',
    contact: [
      address('94-1033 Kahuailani St., Waipahu, HI 96797', 'Waipahu', 'HI', '96797'),
      phone('808-555-0122', 'Cell:'),
      phone('808-555-0177', 'Home:'),
      email('jimmy.nakamura808@gmail.com', 'Email:'),
    ],
    sections: [
      summary(
        'Goal',
        'Real estate sales on Oahu. Licensed as of November 2024. 20 years of restaurants, I am not afraid of weekends.',
      ),
      work(
        'Work Experience',
        job(
          'General Manager',
          'Kaimuki Grill House',
          '2015-03/now',
          [
            'Sales of $2.6 million, 41 employees',
            'Moved the restaurant to a new building in 2021 without closing a day',
            'Liquor license renewals and inspections',
          ],
          { place: 'Honolulu' },
        ),
        job('Kitchen Manager', 'Zippy’s', '2009-08/2015-02', ['Food cost under 29% for five years'], {
          place: 'Waipahu',
        }),
        job('Line Cook', 'Hilton Hawaiian Village', '2004-06/2009-07', [], { place: 'Honolulu' }),
      ),
      education(
        'Education',
        school('Leeward Community College', 'A.S. Culinary Arts', '2004/2006', { place: 'Pearl City' }),
      ),
      licenses(
        'License',
        license('Hawaii Real Estate Salesperson RS-88214', 'Hawaii Real Estate Salesperson #RS-88214'),
      ),
      skills('Skills', ['P&L', 'Scheduling', 'Hiring and training', 'Toast', 'Japanese', 'Customer service']),
      lines('Hobbies', 'Canoe paddling, ukulele'),
    ],
  },
  {
    file: 'chantal-baptiste',
    layout: 'docx:boxes',
    look: {
      dates: { month: 'comma', to: ' through ', now: 'Present' },
      entry: 'titleTab',
      schoolEntry: 'titleTab',
      skills: 'dots',
      font: 'Century Gothic',
    },
    name: 'Chantal Désirée Baptiste',
    tagline: 'Mortgage Processor | Aspiring Loan Originator',
    contact: [
      phone('+1-225-555-0151'),
      email('chantal.baptiste@cox.net'),
      address('Baton Rouge, LA', 'Baton Rouge', 'LA'),
      note('LinkedIn: Chantal Baptiste'),
    ],
    sections: [
      summary(
        'About Me',
        'Detail-minded processor with 900 closed files. Studying for the NMLS mortgage loan originator license, test in March.',
      ),
      work(
        'Professional Experience',
        job(
          'Senior Loan Processor',
          'GMFS Mortgage',
          '2019-04/now',
          ['Pipeline of 28 to 35 files, FHA, VA, USDA and conventional.', 'Average clear-to-close of 19 days in 2023.'],
          { place: 'Baton Rouge, LA' },
        ),
        job(
          'Loan Processor',
          'Neighbors Federal Credit Union',
          '2016-01/2019-03',
          ['Home equity and first mortgage files.'],
          { place: 'Baton Rouge, LA' },
        ),
        job(
          'Admissions Clerk',
          'Our Lady of the Lake Hospital',
          '2012-08/2015-12',
          ['Registered patients, verified insurance.'],
          { place: 'Baton Rouge, LA' },
        ),
      ),
      education(
        'Education',
        school('Southern University and A&M College', 'Bachelor of Science, Business Management', '/2016-05', {
          place: 'Baton Rouge, LA',
        }),
        school('McKinley Senior High School', 'Diploma', '/2011-05'),
      ),
      skills('Expertise', ['Encompass', 'TRID', 'Income analysis', 'Title review', 'Creole', 'Microsoft 365']),
      lines('Memberships', 'National Association of Mortgage Processors', 'Delta Sigma Theta'),
    ],
    alsoLicensed: [learning('', 'NMLS mortgage loan originator license')],
  },
]
