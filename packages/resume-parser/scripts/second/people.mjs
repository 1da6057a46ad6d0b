// Resumes of the second set that were written one by one.
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

export const people = [
  {
    file: 'siobhan-mccarthy',
    layout: 'pdf:timeline',
    look: { dates: { month: 'short', to: ' – ', now: 'Present' }, schoolEntry: 'datesAbove', skills: 'dots' },
    name: 'Siobhán McCarthy-Byrne',
    tagline: 'Lettings negotiator turned estate agent',
    contact: [
      phone('+353 1 513 0142'),
      email('siobhan.mccarthybyrne@eircom.net'),
      address('Cork, Ireland', 'Cork'),
      link('ie.linkedin.com/in/siobhanmcb'),
    ],
    sections: [
      summary('Who I am', 'Eleven years in property in Dublin and Cork. I return every call by six.'),
      work(
        'Where I have worked',
        job(
          'Estate Agent',
          'Sherry FitzGerald',
          '2019-02/now',
          ['Sold 64 homes in 2022 across the south side of the city.', 'Mentors two trainees each year.'],
          { place: 'Cork' },
        ),
        job('Lettings Negotiator', 'Hooke & MacDonald', '2015-06/2019-01', ['Let 900 apartments in new schemes.'], {
          place: 'Dublin',
        }),
        job('Receptionist', 'Lisney', '2013-09/2015-05', [], { place: 'Dublin' }),
      ),
      education('Learning', school('Technological University Dublin', 'BSc in Property Economics', '2009-09/2013-06')),
      licenses('Licence', license('PSRA licence no. 004512-007821', 'PSRA licence #004512-007821')),
      skills('What I do well', ['Valuations', 'Viewings', 'Daft.ie', 'Irish', 'Negotiation']),
    ],
  },
  {
    file: 'jean-baptiste-moreau',
    layout: 'pdf:form',
    look: { dates: { month: 'dot', to: ' – ', now: 'present' }, skills: 'commas', lists: 'lines' },
    name: 'Jean-Baptiste Moreau',
    shownName: 'Moreau, Jean-Baptiste',
    contact: [
      address('18 Queen Street East, Toronto, ON M5C 1R6', 'Toronto', 'ON', 'M5C 1R6'),
      phone('+1 (416) 555-0173'),
      email('jb.moreau@rogers.com'),
      note('Canadian', 'Nationality'),
    ],
    sections: [
      work(
        'Work experience',
        job('Commercial Insurance Broker', 'BrokerLink', '2018-03/now', ['Responsible for 140 commercial accounts.'], {
          place: 'Toronto',
        }),
        job(
          'Underwriting Assistant',
          'Intact Financial Corporation',
          '2014-09/2018-02',
          ['Prepared quotations and endorsements.'],
          { place: 'Montréal' },
        ),
      ),
      education(
        'Education and training',
        school('Université de Montréal', 'B.Sc. Économie', '2010-09/2014-06'),
        school('Cégep du Vieux Montréal', 'DEC', '2008-09/2010-06'),
      ),
      licenses('Licences', license('RIBO Level 2, registration 10288841', 'RIBO Level 2 #10288841')),
      skills('Personal skills', ['French', 'English', 'Applied Epic', 'Power Broker', 'Surety bonds']),
      lines('Hobbies', 'Ice hockey, cello'),
    ],
  },
  {
    file: 'grace-church',
    layout: 'pdf:asideLast',
    look: {
      dates: { month: 'slash', to: '-', now: 'Present' },
      entry: 'titleRight',
      schoolEntry: 'companyStacked',
      skills: 'lines',
      labels: 'short',
    },
    name: 'Grace Church',
    tagline: 'Director of Education | Real Estate Instructor',
    contact: [
      email('grace@gracechurchteaches.com'),
      phone('919.555.0151', 'm'),
      phone('984.555.0118', 'o'),
      link('www.gracechurchteaches.com'),
      address('Raleigh, NC 27605', 'Raleigh', 'NC', '27605'),
    ],
    sections: [
      summary(
        'Overview',
        'I teach people to pass, and then to sell. Skills before scripts; experience before opinions.',
      ),
      work(
        'Career',
        job('Director of Education', 'Superior School of Real Estate', '2017-01/now', [
          'Pass rate of 81% in 2022, against 62% in the state.',
          'References and course evaluations on request: info@superiorschoolnc.example or 919-555-0100.',
        ]),
        job('Broker in Charge', 'Fonville Morisey', '2008-06/2016-12', [
          'Education, compliance and peace for 44 brokers.',
        ]),
        job('Reference Librarian', 'North Carolina State University', '2001-08/2008-05', []),
      ),
      education(
        'Schooling',
        school('University of North Carolina at Chapel Hill', 'M.S. in Library Science', '1999/2001'),
        school('Meredith College', 'B.A. English', '1995/1999'),
      ),
      licenses('Licensing', [
        license('North Carolina Broker, License 198745', 'North Carolina Broker #198745'),
        license('NC instructor approval'),
      ]),
      skills('Strong points', ['Curriculum design', 'Public speaking', 'Zoom', 'Fair housing law', 'Test writing']),
    ],
  },
  {
    file: 'nguyen-van-minh',
    layout: 'pdf:cards',
    look: {
      dates: { month: 'apostrophe', to: ' – ', now: 'today' },
      entry: 'dotted',
      schoolEntry: 'dotted',
      skills: 'pills',
    },
    name: 'Minh Van Nguyen',
    shownName: 'MINH VAN NGUYEN, LUTCF',
    contact: [
      phone('(408) 555 0136'),
      email('minh@nguyenfamilyinsurance.com'),
      address('San José, Calif. 95112', 'San José', 'Calif.', '95112'),
    ],
    sections: [
      work(
        'Professional Background',
        job('Agency Principal', 'Nguyen Family Insurance', '2012-04/now', [
          '1,340 policies in force; 7 carriers.',
          'Fax orders to 408-555-0199 still come, and are answered.',
        ]),
        job('Exclusive Agent', 'Allstate', '2006-09/2012-03', ['Ring of Honor, 2009.']),
        job('Technician', 'Fairchild Semiconductor', '1998-02/2006-08'),
      ),
      licenses('Licensure & Registrations', [
        license('CA Insurance License #0F81234: Property, Casualty, Life', 'CA Insurance License #0F81234'),
        license('Series 6 and 63 (FINRA)', 'Series 6', 'Series 63'),
      ]),
      education(
        'Education',
        school('San José State University', 'BS Electrical Engineering', '/1997-12'),
        school('The American College', 'LUTCF', '/2010'),
      ),
      skills('Expertise', ['Auto', 'Home', 'Flood', 'Workers’ compensation', 'Vietnamese', 'Staff training']),
      lines('Community', 'Vietnamese Chamber of Commerce, treasurer 2014–2018', 'Little League coach'),
    ],
  },
  {
    file: 'eleanor-whitfield-grant',
    layout: 'pdf:ruled',
    look: { dates: { month: 'long', to: ' to ', now: 'date' }, schoolEntry: 'companyPlace', skills: 'semicolons' },
    name: 'Eleanor Whitfield-Grant',
    contact: [
      address('Flat 4, 22 Lansdowne Crescent\nBath BA1 5EX', 'Bath', null, 'BA1 5EX'),
      phone('+44 7400 123456', 'Mob.'),
      email('e.whitfieldgrant@btinternet.com'),
    ],
    sections: [
      summary(
        'Personal Profile',
        'Estate agent with nine years in Bath and Bristol, moving to Boston in 2025 with right to work.',
      ),
      work(
        'Employment to Date',
        firm(
          'Savills',
          'Bath',
          role('Associate Director', '2021-04/now', ['Runs residential sales, team of 8.']),
          role('Senior Negotiator', '2018-01/2021-03', ['Agreed 71 sales in 2020.']),
          role('Trainee', '2016-09/2017-12', ['Passed the NAEA technical award in 2017.']),
        ),
        job('Showroom Assistant', 'John Lewis & Partners', '2015-06/2016-08', [], { place: 'Cribbs Causeway' }),
      ),
      education(
        'Education and Qualifications',
        school('University of Exeter', 'BA (Hons) History', '2012-09/2015-06', { place: 'Exeter' }),
        school('King Edward’s School', 'A levels', '2010/2012', { place: 'Bath' }),
      ),
      skills('Skills and Interests', ['Valuation', 'Negotiation', 'Reapit', 'Team management', 'Copywriting']),
      lines('Referees', 'Hugh Pemberton, Savills, +44 1225 474 501, hpemberton@savills.example'),
    ],
  },
  {
    file: 'tyler-begay',
    layout: 'pdf:typewriter',
    look: {
      dates: { month: 'thinSlash', to: ' - ', now: 'now' },
      entry: 'comma',
      schoolEntry: 'comma',
      skills: 'commas',
    },
    name: 'Tyler Begay',
    contact: [
      address('PO Box 1184, Window Rock, AZ 86515', 'Window Rock', 'AZ', '86515'),
      phone('928 555 0144'),
      email('tbegay_44@yahoo.com'),
    ],
    sections: [
      work(
        'Jobs',
        job('Heavy Equipment Operator', 'Navajo Nation Division of Transportation', '2016-03/now', [
          'Grader, loader, snow plow. No accident since 2016.',
        ]),
        job('Corporal', 'U.S. Marine Corps', '2011-07/2015-07', ['Camp Pendleton; Afghanistan 2012-2013.']),
        job('Ranch Hand', 'Begay Ranch', '2009/2011', [], { when: 'summers 2009 - 2011' }),
      ),
      education('School', school('Window Rock High School', 'Diploma', '/2011', { when: 'Class of 2011' })),
      licenses('Licenses', [
        learning(
          'Taking the 90-hour Arizona pre-license class; state exam in April 2025',
          '90-hour Arizona pre-license class',
        ),
        license('CDL class A, D08123456'),
      ]),
      skills('Skills', ['Navajo', 'English', 'Welding', 'Land surveying', 'Patience with paperwork']),
    ],
  },
  {
    file: 'maya-lindqvist',
    layout: 'pdf:stripe',
    look: {
      dates: { month: 'year', to: '–', now: '' },
      entry: 'companyDates',
      schoolEntry: 'companyDates',
      skills: 'table',
    },
    name: 'Maya Lindqvist',
    shownName: 'maya lindqvist',
    tagline: 'marketing for brokers who hate marketing',
    contact: [
      email('hello@mayalindqvist.design'),
      phone('612-555-0109'),
      link('mayalindqvist.design'),
      link('https://www.linkedin.com/in/mayalindqvist?trk=profile'),
      note('Minneapolis & remote'),
    ],
    sections: [
      skills('Toolbox', [
        'Canva',
        'Figma',
        'Meta Ads',
        'Mailchimp',
        'Photography',
        'Copywriting',
        'WordPress',
        'Video',
        'Print',
      ]),
      work(
        'Experience',
        job(
          'Marketing Director',
          'Lakes Sotheby’s International Realty',
          '2020/now',
          ['Brand, listings and 42 agents’ feeds.'],
          { place: 'Minneapolis', when: 'since 2020' },
        ),
        job('Graphic Designer', 'Freelance', '2016/2020', [
          'Logos and yard signs for 30 agents; invoices 2016-0001 to 2020-0412.',
        ]),
        job('Junior Designer', 'Periscope', '2014/2016', [], { place: 'Minneapolis' }),
      ),
      education('Education', school('Minneapolis College of Art and Design', 'BFA, Graphic Design', '/2014')),
    ],
  },
  {
    file: 'arjun-venkataraman',
    layout: 'pdf:academic',
    look: {
      dates: { month: 'long', to: '–', now: 'Present' },
      entry: 'titleRight',
      schoolEntry: 'companyRight',
      skills: 'bullets',
      head: 'A. Venkataraman',
    },
    name: 'Arjun S. Venkataraman',
    shownName: 'Arjun S. Venkataraman, Ph.D., FCAS',
    contact: [
      address(
        '1200 Commonwealth Avenue, Unit 5, Boston, Massachusetts 02215-3307',
        'Boston',
        'Massachusetts',
        '02215-3307',
      ),
      phone('+1-617-555-0157'),
      email('arjun.venkataraman@post.example.edu'),
    ],
    sections: [
      education(
        'Academic Qualifications',
        school('Massachusetts Institute of Technology', 'Ph.D., Operations Research', '/2012-06'),
        school('Indian Institute of Technology Madras', 'B.Tech., Mechanical Engineering', '/2006-07', {
          place: 'Chennai',
        }),
      ),
      work(
        'Appointments',
        job(
          'Chief Pricing Actuary',
          'Plymouth Rock Assurance',
          '2019-07/now',
          [
            'Filed rates in six states; combined ratio from 104 to 96 between 2019 and 2022.',
            'Sponsor of the analyst program: 11 hires, 9 still here.',
            'Chairs the committee on models.',
          ],
          { place: 'Boston' },
        ),
        job('Lecturer', 'Boston University', '2016-09/now', [
          'Evening course on insurance mathematics.',
          'Office 617-555-0100.',
        ]),
        job(
          'Senior Actuary',
          'Safety Insurance',
          '2012-08/2019-06',
          ['Built the first telematics tariff.', 'Education of underwriters in four branches.'],
          { place: 'Boston' },
        ),
      ),
      lines(
        'Publications',
        'Venkataraman, A., “On frequency and season”, Variance 12 (2019) 201–215',
        'Venkataraman, A. and Holt, P., “Hail”, CAS E-Forum, 2021',
      ),
      lines('Honors', 'Fellow, Casualty Actuarial Society, 2015', 'Teaching award, 2018'),
      skills('Technical Competencies', ['R', 'Python', 'GLM', 'Emblem', 'Reserving', 'Rate filings']),
      lines('Languages', 'Tamil, Hindi, English'),
      lines('References', 'Prof. Dana Holt, Boston University, 617-555-0166, dholt@bu.example'),
    ],
  },
  {
    file: 'kwame-osei-bonsu',
    layout: 'pdf:newspaper',
    look: {
      dates: { month: 'press', to: '–', now: 'present' },
      entry: 'companyStacked',
      schoolEntry: 'companyStacked',
      skills: 'lines',
      labels: 'words',
    },
    name: 'Kwame Osei-Bonsu',
    contact: [
      phone('301–555–0186'),
      email('kosei.bonsu@proton.me'),
      address('Silver Spring, MD', 'Silver Spring', 'MD'),
    ],
    sections: [
      summary(
        'At a glance',
        'Loan officer and part-time pastor. Bank, broker and pulpit taught the same: listen first.',
      ),
      work(
        'Positions held',
        job('Branch Loan Officer', 'First Home Mortgage', '2017-10/now', [
          '41 closings in 2021.',
          'Holds classes for first buyers in three churches.',
        ]),
        job('Assistant Branch Manager', 'SunTrust Bank', '2012-03/2017-09', [
          'Second in a branch of 12.',
          'Deposits grew from $48M to $61M.',
        ]),
        job('Customer Experience Associate', 'Experience Senior Living', '2010-06/2012-02', []),
      ),
      licenses('Registrations', [license('NMLS ID 1029384 (MD, VA, DC)', 'NMLS ID #1029384')]),
      education(
        'Studies',
        school('Howard University', 'M.Div.', '/2015-05'),
        school('University of Ghana', 'B.Sc. Administration', '/2009-07', { place: 'Legon' }),
      ),
      skills('Abilities', ['FHA and VA lending', 'Credit repair counseling', 'Twi', 'Preaching', 'Encompass']),
      unpaid('Service', job('Associate Pastor', 'Grace Assembly', '2014-01/now')),
    ],
  },
  {
    file: 'ana-sofia-figueroa',
    layout: 'pdf:datesRight',
    look: {
      dates: { month: 'short', to: ' - ', now: 'Present' },
      entry: 'datesColumn',
      schoolEntry: 'datesColumn',
      skills: 'commas',
    },
    name: 'Ana Sofía Figueroa Cruz',
    contact: [
      address('Bayamón, Puerto Rico 00961', 'Bayamón', 'Puerto Rico', '00961'),
      phone('(939) 555-0104'),
      email('anasofia.figueroa@upr.example.edu'),
      note('Portfolio on request'),
    ],
    sections: [
      education(
        'Education',
        school('Universidad del Sagrado Corazón', 'BA in Communications', '/2025-05', {
          place: 'Santurce',
          when: 'expected May 2025',
        }),
      ),
      work(
        'Internships',
        job('Marketing Intern', 'Clasificados Online', '2024-01/2024-05', ['Wrote 60 descriptions of homes.'], {
          place: 'Guaynabo',
          when: 'Jan – May 2024',
        }),
        job('Page', 'Puerto Rico Senate', '2023/2023', [], { place: 'San Juan', when: 'Fall 2023' }),
      ),
      work(
        'Part-time work',
        job('Barista', 'Café Don Ruiz', '2021-08/2023-12', ['Opened at five, every Saturday.'], { place: 'San Juan' }),
      ),
      skills('Skills & Tools', {
        Design: ['Canva', 'InDesign'],
        Office: ['Excel', 'PowerPoint'],
        Speech: ['Radio hosting', 'Debate'],
      }),
      lines('Idiomas / Languages', 'Spanish, English, some French'),
    ],
  },
  {
    file: 'harold-ira-feinberg',
    layout: 'docx:tableHead',
    look: {
      dates: { month: 'slash', to: ' – ', now: 'Present' },
      entry: 'companyPlace',
      schoolEntry: 'titleRight',
      skills: 'tabs',
    },
    name: 'Harold Ira Feinberg',
    shownName: 'Harold Ira Feinberg, CLU, ChFC, RICP',
    tagline: 'Retirement income, plainly',
    contact: [
      phone('561.555.0131 x204'),
      email('HFeinberg@FeinbergRetirement.com'),
      link('http://www.feinbergretirement.com/'),
      address('Boca Raton, FL 33432', 'Boca Raton', 'FL', '33432'),
    ],
    sections: [
      summary('Executive Profile', 'Forty years of advice. 1,100 clients, of whom 300 are the children of the first.'),
      work(
        'Chronology',
        job('Founder', 'Feinberg Retirement LLC', '2001-05/now', ['Wrote a column, “Present Value”, 2005–2015.'], {
          place: 'Boca Raton, FL',
        }),
        job('District Manager', 'Guardian Life', '1990-02/2001-04', ['26 agents, 4 of them now managers.'], {
          place: 'New York, NY',
        }),
        job('Agent', 'Metropolitan Life', '1984-06/1990-01', [], { place: 'Brooklyn, NY' }),
      ),
      licenses('Licenses Held', [
        license('FL 2-15 Health & Life, A082341', 'FL 2-15 Health & Life #A082341'),
        license('Series 7, 66', 'Series 7', 'Series 66'),
      ]),
      education('Degrees', school('Brooklyn College', 'B.S., Accounting', '/1984')),
      skills('Focus', [
        'Annuities',
        'Long-term care',
        'Social Security timing',
        'Estate transfer',
        'Buy-sell agreements',
        'Seminars',
      ]),
    ],
  },
  {
    file: 'latoya-denise-everett',
    layout: 'docx:labels',
    look: {
      dates: { month: 'long', to: ' - ', now: 'Current' },
      entry: 'stacked',
      schoolEntry: 'stacked',
      skills: 'bullets',
    },
    name: 'LaToya Denise Everett',
    contact: [
      address('3118 Garfield Ave., Kansas City, MO 64109', 'Kansas City', 'MO', '64109'),
      phone('816-555-0160', 'Cell'),
      email('latoyaeverett.kc@gmail.com', 'Email'),
    ],
    sections: [
      summary('Goal', 'Agency licensed producer role with room to grow. Licensed since 2020.'),
      work(
        'Work',
        job(
          'Licensing Coordinator',
          'State Farm',
          '2020-02/now',
          ['Filed 240 producer appointments a year.', 'Education credits, renewals, background checks.'],
          { place: 'Overland Park, KS' },
        ),
        job('Volunteer Coordinator', 'Children’s Mercy Hospital', '2016-08/2020-01', ['Scheduled 300 volunteers.']),
        job('Substitute Teacher', 'Kansas City Public Schools', '2014-09/2016-06', []),
      ),
      education('School', school('University of Missouri–Kansas City', 'Bachelor of Liberal Arts', '/2014-05')),
      licenses('License', [
        license('Missouri P&C, license 8412345', 'Missouri P&C #8412345'),
        license('Substitute teaching certificate'),
      ]),
      skills('Skills', ['SERFF', 'NIPR', 'Sircon', 'Scheduling', 'Excel', 'Calm']),
      lines('References', 'Pastor Willie Simms – 816.555.0190'),
    ],
  },
  {
    file: 'bartholomew-quist',
    layout: 'docx:runIn',
    look: {
      dates: { month: 'short', to: ' to ', now: 'the present' },
      entry: 'companyDash',
      schoolEntry: 'companyDash',
      skills: 'commas',
    },
    name: 'Bartholomew Quist',
    shownName: 'Bartholomew "Bart" Quist',
    contact: [
      address('41 Harbor Road, Camden, ME 04843', 'Camden', 'ME', '04843'),
      phone('207-555-0122'),
      email('bart@quistboats.com'),
    ],
    sections: [
      work(
        'Experience',
        job('Boat Broker', 'Quist Boats', '2010-04/now', ['Sold 300 used boats, most of them honestly described.']),
        job('First Mate', 'Maine Windjammer Cruises', '2003-05/2010-03', ['Licensed captain, 50 tons, since 2005.']),
      ),
      education('Education', school('Maine Maritime Academy', 'B.S., Small Vessel Operations', '/2003')),
      licenses('Licenses', [
        learning(
          'Maine real estate sales agent (exam passed January 2025, license pending)',
          'Maine real estate sales agent',
        ),
        license('USCG Master 50 GRT'),
      ]),
      skills('Other skills', ['Rigging', 'Celestial navigation', 'Contracts', 'Photography']),
    ],
  },
  {
    file: 'zoe-krueger-pena',
    layout: 'txt:windows-1252',
    ending: '\r\n',
    look: {
      dates: { month: 'slash', to: ' – ', now: 'Present' },
      entry: 'dash',
      heading: 'stars',
      mark: '– ',
      skills: 'bullets',
    },
    name: 'Zoë Krüger-Peña',
    contact: [
      phone('(505) 555-0143'),
      email('zoe.kruger@unm.example.edu'),
      address('Española, New Mexico 87532', 'Española', 'New Mexico', '87532'),
    ],
    sections: [
      summary('Résumé', 'Café owner’s daughter, title examiner, future broker – “fiancée of the land records”.'),
      work(
        'Work',
        job('Title Examiner', 'Río Grande Title', '2018-04/now', ['Searched 2,300 chains of title.']),
        job('Clerk', 'Santa Fe County', '2015-01/2018-03'),
      ),
      education('Education', school('University of New Mexico', 'B.A. Geography', '/2014')),
      skills('Skills', ['GIS', 'Deeds', 'Spanish', 'German']),
    ],
  },
]
