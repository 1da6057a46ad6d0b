// Resumes of the seen half that were written one by one, each with its own oddities.
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
    file: 'kathleen-oneill',
    layout: 'pdf:classic',
    look: { dates: { month: 'long', to: ' to ', now: 'Present' }, entry: 'titleRight', schoolEntry: 'companyRight' },
    name: "Kathleen O'Neill",
    shownName: 'KATHLEEN O’NEILL, GRI, CRS',
    tagline: 'Realtor® · Helping families come home since 2011',
    contact: [
      address('418 Jefferson Street, Hoboken, NJ 07030', 'Hoboken', 'NJ', '07030'),
      phone('(201) 555-0142'),
      email('kathleen.oneill@gmail.com'),
      link('linkedin.com/in/kathleen-oneill-homes'),
    ],
    sections: [
      summary(
        'Professional Summary',
        'Residential agent with fourteen years of experience on both sides of the Hudson. Closed 212 transactions from 2011 to 2024, of which two thirds came from past clients. Education of first-time buyers is what I do best.',
      ),
      work(
        'Professional Experience',
        job(
          'Sales Associate',
          'Weichert Realtors',
          '2017-03/now',
          [
            'Closed $14.2M in 2021 and $11.8M in 2022, top 5% of the Hoboken office.',
            'Wrote the checklist for buyers that the office now gives to each new agent.',
            'Listings at 333 River Street sold in an average of 19 days; office 201-555-0100.',
          ],
          { place: 'Hoboken, NJ' },
        ),
        job(
          'Licensed Assistant',
          'The Donnelly Group at Keller Williams',
          '2011-06/2017-02',
          [
            'Ran showings, open houses and the calendar for a team of five.',
            'Kept the MLS entries of 40 to 60 active listings exact.',
          ],
          { place: 'Jersey City, NJ' },
        ),
        job(
          'Front Desk Manager',
          "Sullivan's Inn",
          '2008-09/2011-05',
          ['Trained eleven clerks; the inn was full 84% of nights in 2010.'],
          {
            place: 'Montclair, NJ',
          },
        ),
      ),
      education(
        'Education',
        school('Montclair State University', 'B.A., Communication Studies', '/2008', { place: 'Montclair, NJ' }),
        school('Weichert Real Estate School', 'Pre-Licensure Course', '/2011'),
      ),
      licenses(
        'Licenses',
        license(
          'New Jersey Real Estate Salesperson License #1108432',
          'New Jersey Real Estate Salesperson License #1108432',
        ),
      ),
      skills('Skills', [
        'Buyer representation',
        'Negotiation',
        'Comparative market analysis',
        'Open houses',
        'Dotloop',
        'Spanish (conversational)',
      ]),
    ],
  },
  {
    file: 'jose-de-la-cruz',
    layout: 'pdf:sidebarLeft',
    look: { dates: { month: 'slash', to: ' - ', now: 'Current' }, entry: 'stacked', skills: 'bars', labels: 'icons' },
    name: 'José Luis de la Cruz Ortega',
    tagline: 'Insurance Producer',
    contact: [
      phone('787.555.0164'),
      email('jl.delacruz@outlook.com'),
      address('Calle Loíza 1857\nSan Juan, PR 00911', 'San Juan', 'PR', '00911'),
      link('https://www.linkedin.com/in/jldelacruz/'),
    ],
    sections: [
      skills('Core Competencies', [
        'Life insurance',
        'Annuities',
        'Needs analysis',
        'Cross-selling',
        'Salesforce',
        'Public speaking',
      ]),
      licenses('Licenses', [
        license('Life, Accident & Health – Puerto Rico #PR-483920', 'Life, Accident & Health #PR-483920'),
        license('National Producer Number (NPN) 18273645', 'National Producer Number (NPN) #18273645'),
      ]),
      lines('Languages', 'Spanish – native', 'English – fluent', 'Portuguese – basic'),
      summary(
        'About Me',
        'I grew up behind the counter of my father’s colmado, and learned there that a sale is a promise. Ten years in insurance, eight of them with my own book of 430 families.',
      ),
      work(
        'Work History',
        job('Insurance Agent', 'Triple-S Vida', '2016-01/now', [
          'Grew a book from 0 to 430 households; 94% persistency in 2023.',
          'Holds two workshops a month at parish halls in Santurce and Carolina.',
        ]),
        job('Sales Representative', 'Claro Puerto Rico', '2013-05/2015-12', [
          'Sold business lines to 120 small firms.',
        ]),
        job('Cashier', 'Supermercados Econo', '2010-08/2013-04', ['Balanced a drawer of $9,000 daily.']),
      ),
      education(
        'Education',
        school('Universidad de Puerto Rico, Río Piedras', 'Bachelor of Business Administration', '2009-08/2013-05'),
      ),
    ],
  },
  {
    file: 'nguyen-thi-thu-ha',
    layout: 'pdf:twoColumns',
    look: { dates: { month: 'year', to: '–', now: 'now' }, entry: 'stacked', skills: 'columns' },
    name: 'Nguyễn Thị Thu Hà',
    tagline: 'Mortgage loan officer · Cho vay mua nhà',
    contact: [
      email('thuha.nguyen@yahoo.com'),
      phone('714-555-0187', 'Cell'),
      address('Garden Grove, California', 'Garden Grove', 'California'),
    ],
    sections: [
      summary('Profile', 'Bilingual loan officer who explains a mortgage in plain words, in English or in Vietnamese.'),
      work(
        'Experience',
        job('Mortgage Loan Officer', 'Little Saigon Home Lending', '2018/now', [
          'Funded 61 loans in 2020, $28M in all.',
          'Weekly column on home loans in a local paper.',
        ]),
        job('Loan Processor', 'Pacific Crest Bank', '2014/2018', ['Processed 25 files a month, FHA and conventional.']),
        job('Teller', 'Pacific Crest Bank', '2012/2014', []),
      ),
      education(
        'Education',
        school('California State University, Fullerton', 'BA Finance', '2010/2014'),
        school('Golden West College', 'Associate of Arts', '2008/2010'),
      ),
      licenses('Licenses & Certifications', [
        license('NMLS #1482093', 'NMLS #1482093'),
        license('CA DRE #01998877', 'CA DRE #01998877'),
        license('Certified Notary Public'),
      ]),
      skills('Skills', [
        'FHA loans',
        'VA loans',
        'Underwriting',
        'Encompass',
        'Calyx Point',
        'Vietnamese',
        'Team leadership',
        'Compliance',
      ]),
      unpaid('Volunteer', job('Tax preparer', 'VITA, Orange County', '2015/now')),
    ],
  },
  {
    file: 'demetrius-st-james',
    layout: 'pdf:paged',
    look: {
      dates: { month: 'short', to: ' – ', now: 'Present' },
      entry: 'companyPlace',
      head: 'Demetrius W. St. James, Jr. – Résumé',
      skills: 'bullets',
    },
    name: 'Demetrius W. St. James, Jr.',
    contact: [
      address('2207 Peachtree Hills Ave NE, Apt 4, Atlanta, GA 30305-2217', 'Atlanta', 'GA', '30305-2217'),
      phone('404-555-0119', 'Mobile:'),
      phone('770-555-0133', 'Home:'),
      note('404-555-0120', 'Fax:'),
      email('dw.stjames@stjamesfamily.net', 'E-mail:'),
    ],
    sections: [
      summary(
        'Objective',
        'To lead the growth of a multi-state property & casualty agency, after twenty-two years in sales, service and the United States Army.',
      ),
      work(
        'Professional Experience',
        firm(
          'Piedmont Mutual Insurance Group',
          'Atlanta, GA',
          role('Regional Sales Director', '2016-04/now', [
            'Leads 6 agency managers and 71 producers in Georgia, Alabama and South Carolina.',
            'Raised written premium from $38M to $64M between 2016 and 2023.',
            'Built the producer school; 48 of 53 graduates passed at first try.',
          ]),
          role('Agency Manager', '2011-09/2016-03', [
            'Opened the Marietta office with 3 people; 14 when promoted.',
            'Ranked 2nd of 90 managers in 2014.',
          ]),
          role('Insurance Producer', '2008-01/2011-08', [
            'Wrote 412 new household policies in three years.',
            'Present at each home show, 2008-2011.',
          ]),
        ),
        job(
          'Claims Adjuster',
          'Blue Ridge Casualty Company',
          '2005-02/2007-12',
          [
            'Settled storm claims after Katrina, from a trailer in Biloxi.',
            'Handled 120 to 140 open files; call center 800-555-0199.',
          ],
          { place: 'Greenville, SC' },
        ),
        job(
          'Staff Sergeant',
          'United States Army',
          '1999-06/2005-01',
          ['Squad leader, 101st Airborne; two deployments.', 'Army Commendation Medal 2003.'],
          { place: 'Fort Campbell, KY' },
        ),
      ),
      education(
        'Education & Training',
        school('Georgia State University', 'Master of Business Administration', '2009-08/2012-05', {
          place: 'Atlanta, GA',
        }),
        school('Austin Peay State University', 'Bachelor of Science in Public Management', '/2004-12', {
          place: 'Clarksville, TN',
        }),
      ),
      licenses('Professional Licenses', [
        license('Property & Casualty Agent, Georgia, License No. 2847193', 'Property & Casualty Agent #2847193'),
        license('Life and Health Agent, Georgia', 'Life and Health Agent'),
      ]),
      skills('Areas of Expertise', [
        'Territory management',
        'Producer recruiting',
        'Underwriting',
        'Coaching',
        'Loss ratios',
        'Applied Epic',
        'Budgeting',
      ]),
      lines('Awards', 'Manager of the Year, 2014', 'Chairman’s Circle, 2017, 2018 and 2021'),
      {
        ...lines(
          'References',
          'Renée Boudreaux, Vice President, Piedmont Mutual Insurance Group\n404-555-0177, r.boudreaux@piedmontmutual.com',
          'Col. (ret.) Thomas Ashby, US Army\n931-555-0111, tashby@ashbyconsulting.com',
        ),
        plain: true,
      },
    ],
  },
  {
    file: 'priya-raghunathan',
    layout: 'pdf:sidebarRight',
    look: {
      dates: { month: 'press', to: ' – ', now: 'Present' },
      entry: 'titleRight',
      skills: 'pills',
      labels: 'short',
    },
    name: 'Priya Raghunathan',
    tagline: 'Leasing Manager',
    contact: [
      email('priya.raghunathan@icloud.com'),
      phone('+1 512 555 0158'),
      link('www.priyaleases.com'),
      address('Austin, TX', 'Austin', 'TX'),
    ],
    sections: [
      summary('Summary', 'Leasing manager for lease-ups of 200 to 400 units. I like empty buildings: they get full.'),
      work(
        'Experience',
        job(
          'Leasing Manager',
          'Greystar',
          '2020-09/now',
          ['Lease-up of 342 units in 9 months, 3 ahead of plan.', 'Manages 4 consultants and 2 interns.'],
          { place: 'Austin, TX' },
        ),
        job(
          'Senior Leasing Consultant',
          'Lincoln Property Company',
          '2018-04/2020-08',
          ['Closing ratio of 41% in 2019.'],
          { place: 'Dallas, TX' },
        ),
        job('Leasing Consultant', 'Camden Living', '2016-07/2018-03', ['Renewed 78% of leases.'], {
          place: 'Plano, TX',
        }),
      ),
      education(
        'Education',
        school('University of Texas at Dallas', 'B.S. Marketing', '/2016-05'),
        school('Collin College', 'A.A.', '/2014-05'),
      ),
      skills('Skills', [
        'Yardi',
        'Entrata',
        'Fair Housing',
        'Lease negotiation',
        'Marketing',
        'Resident events',
        'Excel',
      ]),
      lines(
        'Certifications',
        'Google Analytics, 2021',
        'CPR and First Aid, American Red Cross',
        'NALP, National Apartment Association, 2018',
      ),
      lines('Interests', 'Bharatanatyam, trail running, old maps'),
    ],
  },
  {
    file: 'walter-ashworth',
    layout: 'pdf:hanging',
    look: {
      dates: { month: 'year', to: '-', now: 'present' },
      entry: 'comma',
      schoolEntry: 'comma',
      skills: 'semicolons',
      labels: 'words',
    },
    name: 'Walter P. Ashworth III',
    contact: [
      address('9 Cemetery Lane, Bristol, Vermont 05443', 'Bristol', 'Vermont', '05443'),
      phone('1-802-555-0101'),
      email('walter.ashworth@gmavt.net'),
    ],
    sections: [
      work(
        'Employment',
        job('Broker/Owner', 'Ashworth & Daughters Real Estate', '1998/now', [
          'Land, farms and village houses in Addison County.',
          'Licensed in 1994; sole proprietor since 1998.',
        ]),
        job('Sales Agent', 'Green Mountain Farms & Land', '1994/1998', []),
        job('English Teacher', 'Mount Abraham Union High School', '1983/1994', ['Head of department 1989-1994.']),
      ),
      education(
        'Education',
        school('Middlebury College', 'M.A. in English', '/1987', { place: 'Bread Loaf School' }),
        school('Bates College', 'B.A. in English', '/1983', { place: 'Lewiston, Maine' }),
      ),
      licenses(
        'Licenses',
        license('Real Estate Broker, State of Vermont, 081.0004417', 'Real Estate Broker #081.0004417'),
        license('Driver’s license, class D'),
      ),
      skills('Strengths', ['Farm and land valuation', 'Current use program', 'Septic and water rules', 'Patience']),
      lines('Civic', 'Bristol Planning Commission, 2004-2015', 'Justice of the peace, since 2016'),
      lines('References', 'On request'),
    ],
  },
  {
    file: 'anastasia-volkova',
    layout: 'pdf:datesLeft',
    look: { dates: { month: 'dot', to: ' – ', now: 'to date' }, labels: 'dashed', skills: 'commasAndStop' },
    name: 'Anastasia Volkova-Petrenko',
    shownName: 'ANASTASIA VOLKOVA-PETRENKO',
    contact: [
      email('a.volkova.petrenko@gmail.com'),
      phone('(718) 555-0126'),
      link('linkedin.com/in/avolkovap', 'LinkedIn'),
      address('1611 Avenue Z, Brooklyn, New York 11235', 'Brooklyn', 'New York', '11235'),
    ],
    sections: [
      work(
        'Career History',
        job(
          'Licensed Real Estate Salesperson',
          'Douglas Elliman',
          '2019-02/now',
          [
            'Sells condos in Sheepshead Bay and Brighton Beach.',
            'Speaks with two thirds of clients in Russian or Ukrainian.',
          ],
          { place: 'Brooklyn' },
        ),
        job(
          'Executive Assistant',
          'Belmont Freight, Inc.',
          '2015-10/2019-01',
          ['Booked 30 trips a month; reached at office@belmontfreight.com.'],
          { place: 'Staten Island' },
        ),
        job('Waitress', 'Café Glechik', '2013-06/2015-09', []),
      ),
      education(
        'Academic Background',
        school('Kyiv National Economic University', 'Specialist degree in Economics', '2006-09/2011-06', {
          place: 'Kyiv, Ukraine',
        }),
      ),
      licenses(
        'Licensure',
        license('Licensed Real Estate Salesperson, NY #10401234567', 'Licensed Real Estate Salesperson #10401234567'),
      ),
      skills('Skills', ['StreetEasy', 'RealPlus', 'Photoshop', 'Negotiation', 'Staging', 'Russian', 'Ukrainian']),
    ],
  },
  {
    file: 'marcus-bell',
    layout: 'pdf:bands',
    look: {
      dates: { month: 'short', to: ' - ', now: 'Present' },
      entry: 'piped',
      schoolEntry: 'companyPiped',
      between: ' • ',
    },
    name: 'Marcus Bell',
    shownName: 'Marcus "Tre" Bell',
    contact: [
      address('Memphis, TN 38104', 'Memphis', 'TN', '38104'),
      phone('901.555.0175'),
      email('TreBell901@gmail.com'),
      note('LinkedIn: Marcus Bell'),
    ],
    sections: [
      summary(
        'CAREER OBJECTIVE',
        'Bartender and part-time stagehand who passed the affiliate broker exam in January and wants a brokerage that trains.',
      ),
      skills('KEY SKILLS', {
        Sales: ['Upselling', 'Cold calling', 'Reading people'],
        Software: ['Toast POS', 'HubSpot', 'Google Workspace'],
        Other: ['Crowd control', 'Inventory'],
      }),
      work(
        'RELEVANT EXPERIENCE',
        job('Lead Bartender (part-time)', 'Loflin Yard', '2021-04/now', [
          'Sells $2,100 on a usual Friday.',
          'Trained 9 bartenders.',
        ]),
        job(
          'Real Estate Intern',
          'Crye-Leike Realtors',
          '2024/2024',
          [
            'Shadowed two agents; made 60 calls a day to expired listings.',
            'Education first: 90 hours of class at night.',
          ],
          { when: 'Summer 2024' },
        ),
      ),
      work(
        'OTHER EXPERIENCE',
        job('Stagehand', 'IATSE Local 69', '2018-02/2021-03', []),
        job('Crew Member', 'Back Yard Burgers', '2016-06/2018-01', []),
      ),
      education(
        'EDUCATION',
        school('Southwest Tennessee Community College', 'A.S. Business', '/2018'),
        school('White Station High School', 'Diploma', '/2016'),
      ),
      licenses(
        'LICENSE STATUS',
        learning('Affiliate Broker, Tennessee – exam passed, application in process', 'Affiliate Broker'),
      ),
    ],
  },
  {
    file: 'fatima-al-masri',
    layout: 'pdf:banner',
    look: {
      dates: { month: 'slash', to: ' – ', now: 'Present' },
      entry: 'companyStacked',
      schoolEntry: 'stacked',
      skills: 'pills',
      labels: 'icons',
    },
    name: 'Fatima Al-Masri',
    tagline: 'MBA, CLU®, ChFC® | Financial Services Professional',
    contact: [
      phone('313-555-0149 ext. 12'),
      email('fatima@almasrifinancial.com'),
      link('almasrifinancial.com'),
      address('Dearborn, MI 48126', 'Dearborn', 'MI', '48126'),
    ],
    sections: [
      summary(
        'Profile',
        'Adviser to 180 families and 25 small firms. Sharia-aware planning, retirement income and life insurance.',
      ),
      work(
        'Experience',
        job(
          'Financial Services Professional',
          'New York Life',
          '2014-11/now',
          ['MDRT member 2018, 2019, 2020 and 2023.', 'Assets under management of $41M.'],
          { place: 'Southfield, MI' },
        ),
        job(
          'Licensing Specialist',
          'Farm Bureau Insurance of Michigan',
          '2011-03/2014-10',
          ['Filed 900 appointments a year; education credits for 350 agents.'],
          { place: 'Lansing, MI' },
        ),
        job('Personal Banker', 'Comerica', '2009-01/2011-02', []),
      ),
      education(
        'Education',
        school('Wayne State University', 'MBA, Finance', '2011-09/2013-12'),
        school('University of Michigan–Dearborn', 'BBA', '2004-09/2008-12'),
      ),
      licenses('Licenses', [
        license('FINRA Series 6, 63 and 65', 'Series 6', 'Series 63', 'Series 65'),
        license('Michigan Life & Health Producer', 'Life & Health Producer'),
        license('NPN 16204873', 'NPN #16204873'),
      ]),
      skills('Expertise', [
        'Retirement planning',
        'Life insurance',
        'Estate planning',
        'College funding',
        'Arabic',
        'Client events',
      ]),
    ],
  },
  {
    file: 'tom-macallister',
    layout: 'pdf:spaced',
    look: {
      dates: { month: 'apostrophe', to: ' – ', now: 'Now' },
      entry: 'dash',
      schoolEntry: 'dash',
      skills: 'dots',
      lists: 'lines',
    },
    name: 'Thomas MacAllister',
    shownName: 'Thomas (Tom) MacAllister',
    tagline: 'Home photographer, would-be agent',
    contact: [
      email('tom@macallisterphoto.com'),
      phone('503 555 0190'),
      link('macallisterphoto.com'),
      link('instagram.com/tom.shoots.homes'),
    ],
    sections: [
      work(
        'Experience',
        job('Real Estate Photographer', 'Self-employed', '2016-09/now', [
          'Shot 1,900 listings for 140 agents in Portland and Vancouver.',
          'Drone pilot since 2019.',
        ]),
        job('Photo Editor', 'The Oregonian', '2014-09/2016-12', []),
        job('Freelance Photographer', 'Willamette Week', '2011-01/2014-08', ['Stringer, 2 to 3 jobs a week.']),
      ),
      education('Education', school('Pacific Northwest College of Art', 'BFA Photography', '/2010')),
      licenses('Licenses', [
        learning(
          'Currently enrolled in the 150-hour Oregon broker pre-licensing course; exam scheduled March 2025',
          '150-hour Oregon broker pre-licensing course',
        ),
        license('FAA Part 107 Remote Pilot'),
      ]),
      skills('Skills', ['Lightroom', 'Matterport', 'Drone flying', 'Staging eye', 'Scheduling']),
    ],
  },
  {
    file: 'lucinda-merriweather',
    layout: 'pdf:classic',
    look: {
      font: 'Cabin',
      dates: { month: 'comma', to: ' – ', now: 'Present' },
      entry: 'bracketed',
      schoolEntry: 'commaRight',
      skills: 'columns',
    },
    name: 'Lucinda Merriweather',
    shownName: 'Lucinda Merriweather, MBA, CPCU',
    contact: [
      phone('(615) 555–0172'),
      email('lucinda@merriweather.me'),
      link('linkedin.com/in/lucindam'),
      address('Franklin, TN', 'Franklin', 'TN'),
    ],
    sections: [
      summary(
        'Profile',
        'Underwriting leader who moved from claims to products and back. Experience with admitted and surplus lines; skills in teaching.',
      ),
      skills('Core Competencies', [
        'Product development',
        'Surplus lines',
        'Rate filings',
        'Portfolio analysis',
        'Vendor management',
        'Catastrophe response',
        'Teaching',
        'SQL',
        'Power BI',
      ]),
      lines(
        'Selected Achievements',
        'Launched a homeowners product in 11 states; $92M of premium in 2022',
        'Cut cycle time of claims from 31 to 19 days (2012–2014)',
        'Wrote the education plan of 240 underwriters',
      ),
      work(
        'Employment',
        job('Vice President, Underwriting', 'Cumberland Specialty', '2018-08/now', [], { place: 'Brentwood, TN' }),
        job('Product Manager', 'American National', '2014-03/2018-07', [], { place: 'Springfield, MO' }),
        job('Claims Supervisor', 'Travelers', '2009-01/2014-02', [], { place: 'Nashville, TN' }),
      ),
      education(
        'Education',
        school('Vanderbilt University', 'MBA', '/2013-05'),
        school('Fisk University', 'B.A., Mathematics', '/2006-05'),
      ),
      lines('Professional Affiliations', 'CPCU Society', 'Women in Insurance Leadership, chair 2020–2022'),
    ],
  },
  {
    file: 'brandon-ocampo',
    layout: 'pdf:sidebarRight',
    look: {
      color: '#22806a',
      font: 'Roboto',
      dates: { month: 'long', to: ' – ', now: 'Present' },
      entry: 'companyRight',
      schoolEntry: 'stacked',
      skills: 'lines',
      labels: 'icons',
    },
    name: 'Brandon Ocampo',
    tagline: 'Finance student · Future agent',
    contact: [
      email('bocampo@asu.edu'),
      phone('480/555-0129'),
      link('LinkedIn.com/in/BrandonOcampo'),
      note('@brandon.ocampo'),
      address('Mesa, AZ 85201', 'Mesa', 'AZ', '85201'),
    ],
    alsoLicensed: [learning('', 'Arizona real estate')],
    sections: [
      summary(
        'About Me',
        'Third-year student. I am studying for the Arizona real estate exam, and want a summer on a team that sells.',
      ),
      education(
        'Education',
        school('Arizona State University', 'B.S. in Finance', '/2026-05', { when: 'Expected May 2026' }),
        school('Mesa High School', 'Diploma', '/2022', { when: 'Class of 2022' }),
      ),
      work(
        'Experience',
        job('Campus Tour Guide', 'Arizona State University', '2023/now', ['Walks backwards for 40 families a week.'], {
          when: 'Since 2023',
        }),
        job('Intern', 'West USA Realty', '2024-05/2024-08', ['Measured 212 homes; filed 90 disclosures.'], {
          when: 'May – August 2024',
        }),
        job('Lifeguard', 'City of Mesa', '2021/2022', [], { when: 'Summers 2021, 2022' }),
        job('Cart Attendant', 'Costco', '2022/2022', [], { when: 'Winter 2022' }),
      ),
      skills('Skills', ['Excel', 'Tagalog', 'Argus', 'Presentations']),
      unpaid('Volunteering', job('Tutor', 'Boys & Girls Club', '2020-09/2021-05')),
    ],
  },
  {
    file: 'patricia-ann-kowalczyk',
    layout: 'docx:styles',
    look: {
      dates: { month: 'long', to: ' – ', now: 'Present' },
      entry: 'titleRight',
      schoolEntry: 'comma',
      skills: 'commas',
    },
    name: 'Patricia Ann Kowalczyk',
    shownName: 'Patricia Ann Kowalczyk, CIC, CISR',
    contact: [
      address('5524 S. Pulaski Rd, Chicago, Illinois 60629', 'Chicago', 'Illinois', '60629'),
      phone('(773) 555-0168'),
      email('pat_kowalczyk@sbcglobal.net'),
    ],
    sections: [
      summary(
        'Summary',
        'Commercial lines account manager with 18 years in independent agencies. Present in every renewal meeting.',
      ),
      work(
        'Work Experience',
        job(
          'Senior Account Manager, Commercial Lines',
          'Gallagher',
          '2015-05/now',
          ['Services a $6.3M book of contractors and restaurants.', 'Renewal retention of 97% in 2022 and 2023.'],
          { place: 'Rolling Meadows, IL' },
        ),
        job(
          'Account Manager',
          'Mack & Sons Insurance Agency',
          '2009-02/2015-04',
          ['Moved 1,100 clients from paper to AMS360.'],
          { place: 'Chicago, IL' },
        ),
        job('Customer Service Representative', 'Allstate', '2006-08/2009-01', [], { place: 'Northbrook, IL' }),
      ),
      education(
        'Education',
        school('DePaul University', 'Bachelor of Arts, English', '/2006', { place: 'Chicago, IL' }),
      ),
      licenses('Licenses & Designations', [
        license('P&C Producer License, Illinois #4471023', 'P&C Producer License #4471023'),
      ]),
      skills('Technical Skills', [
        'AMS360',
        'Applied Epic',
        'ACORD forms',
        'Certificates of insurance',
        'Excel',
        'Polish',
      ]),
    ],
  },
  {
    file: 'wei-ling-chen',
    layout: 'docx:bare',
    look: { dates: { month: 'slash', to: ' - ', now: 'Present' }, entry: 'companyRight', skills: 'tabs' },
    name: 'Wei-Ling Chen',
    shownName: 'Chen, Wei-Ling',
    contact: [
      address('37-12 Prince Street #6B\nFlushing, NY 11354', 'Flushing', 'NY', '11354'),
      phone('646-555-0113', 'M:'),
      phone('718-555-0192', 'H:'),
      email('weiling.chen88@gmail.com', 'E:'),
    ],
    sections: [
      work(
        'Experience',
        job(
          'Associate Broker',
          'Golden Mountain Realty',
          '2012-03/now',
          ['Manages 14 agents; recruits at three colleges a year.', 'Office of the Year 2016 and 2019.'],
          { place: 'Flushing, NY' },
        ),
        job('Salesperson', 'Century 21 Milestone', '2007-10/2012-02', [], { place: 'Flushing, NY' }),
        job(
          'Adjunct Instructor',
          'Queens College',
          '2005-01/2007-09',
          ['Taught business Mandarin, two sections a term.'],
          { place: 'Queens, NY' },
        ),
      ),
      education(
        'Education',
        school('Baruch College', 'M.S. in Real Estate', '2008-09/2010-06'),
        school('National Taiwan University', 'B.A. in Foreign Languages', '1999-09/2003-06', { place: 'Taipei' }),
      ),
      licenses('Licenses', [
        license(
          'Licensed Associate Real Estate Broker (New York) 30CH0987654',
          'Licensed Associate Real Estate Broker #30CH0987654',
        ),
      ]),
      skills('Skills', [
        'Commercial leasing',
        'Recruiting',
        'Training',
        'Mandarin',
        'Cantonese',
        'Fukienese',
        'Contracts',
        'Co-op boards',
        'WeChat marketing',
      ]),
    ],
  },
  {
    file: 'ruth-goldfarb',
    layout: 'docx:headed',
    look: { dates: { month: 'short', to: ' to ', now: 'Present' }, entry: 'comma', skills: 'bullets' },
    name: 'Ruth E. Goldfarb',
    contact: [phone('(305) 555-0155'), email('ruthgoldfarb@bellsouth.net'), address('Aventura, FL', 'Aventura', 'FL')],
    sections: [
      summary('OBJECTIVE', 'A part-time referral position after a long and happy career.'),
      work(
        'EMPLOYMENT HISTORY',
        job('Realtor Associate', 'Coldwell Banker', '2003-01/now', [
          'Condominiums from Sunny Isles to Hallandale.',
          'International sales: 22 closings with buyers from Brazil, 2010-2014.',
        ]),
        job('Education Director', 'Temple Beth Moshe', '1995-08/2002-12', [
          'Ran a school of 140 pupils and 16 teachers.',
        ]),
        job('Teacher', 'Miami-Dade County Public Schools', '1988-08/1995-06', []),
      ),
      education(
        'EDUCATION',
        school('Florida International University', 'Master of Science in Education', '/1994-04'),
        school('Brooklyn College', 'B.A., History', '/1987-06'),
      ),
      licenses('LICENSES', [
        license(
          'Florida Real Estate Sales Associate, License SL3012345',
          'Florida Real Estate Sales Associate #SL3012345',
        ),
        license('Florida Educator’s Certificate (expired)'),
      ]),
      skills('SKILLS', ['Condominium law', 'Relocation', 'Hebrew', 'Matrix MLS']),
      unpaid('COMMUNITY SERVICE', job('Board Member', 'Aventura Arts Fund', '2012/2019')),
      lines('REFERENCES', 'Barbara Levine, broker, 305-555-0198, blevine@cbaventura.com'),
    ],
  },
  {
    file: 'darnell-whitaker',
    layout: 'docx:grid',
    look: { dates: { month: 'thinSlash', to: ' – ', now: 'Current' }, schoolEntry: 'companyDash', skills: 'commas' },
    name: 'Darnell Whitaker',
    contact: [
      phone('2165550137', 'Phone:'),
      email('dwhitaker@whitakerhomes.co', 'Email:'),
      address('1422 E 118th St, Cleveland, OH 44106', 'Cleveland', 'OH', '44106'),
      link('https://linkedin.com/in/darnell-whitaker-216'),
    ],
    sections: [
      work(
        'Employment',
        job('Property Manager', 'Buckeye Community Homes', '2019-05/now'),
        job('Assistant Property Manager', 'Millennia Companies', '2016-08/2019-04'),
        job('Maintenance Technician', 'Millennia Companies', '2013-05/2016-07'),
        job('Machinist', 'Lincoln Electric', '2009-08/2013-04'),
      ),
      skills('Competencies', {
        Property: ['LIHTC compliance', 'Rent rolls', 'Evictions', 'Vendor bids'],
        Software: ['Yardi Voyager', 'AppFolio'],
        Trades: ['HVAC', 'Drywall', 'Small electrical'],
      }),
      education('Education', school('Cuyahoga Community College', 'Associate of Applied Business', '/2018')),
      licenses('Credentials', [
        license('Ohio Real Estate Salesperson, #SAL.2019004821', 'Ohio Real Estate Salesperson #SAL.2019004821'),
        license('EPA 608 Universal'),
      ]),
    ],
  },
  {
    file: 'elodie-tremblay',
    layout: 'txt:windows-1252',
    look: { dates: { month: 'long', to: ' – ', now: 'Present' }, entry: 'comma', heading: 'caps', mark: '• ' },
    name: 'Élodie Tremblay-Côté',
    contact: [
      address('1450, rue Saint-Denis, app. 3\nMontréal, QC  H2X 3J9', 'Montréal', 'QC', 'H2X 3J9'),
      phone('514-555-0182'),
      email('elodie.tremblay-cote@videotron.ca'),
    ],
    sections: [
      summary(
        'Profile',
        'Residential broker in Montréal’s Plateau – bilingual, exact and patient. “A house is a decision, not a purchase.”',
      ),
      work(
        'Experience',
        job(
          'Residential Real Estate Broker',
          'Royal LePage Altitude',
          '2018-05/now',
          ['42 sales in 2023; Prix Excellence 2021 and 2022.'],
          { place: 'Montréal' },
        ),
        job('Assistant Manager', 'Hôtel Nelligan', '2014-06/2018-04', ['Café and front desk – 19 staff.'], {
          place: 'Montréal',
        }),
      ),
      education(
        'Education',
        school('Collège de l’immobilier du Québec', 'AEC, Residential Real Estate Brokerage', '2017/2018'),
        school('Université Laval', 'B.A. in Tourism', '2010/2013', { place: 'Québec' }),
      ),
      licenses('Licences', [
        license('OACIQ Residential Real Estate Broker, licence no. G4821', 'Residential Real Estate Broker #G4821'),
      ]),
      skills('Skills', ['French', 'English', 'Centris', 'Home staging', 'Divorce sales']),
    ],
  },
  {
    file: 'hannah-brooks',
    layout: 'txt:utf-8-bom',
    ending: '\r\n',
    look: {
      dates: { month: 'iso', to: ' — ', now: 'Present' },
      entry: 'stacked',
      heading: 'dashes',
      skills: 'bullets',
    },
    name: 'Hannah Brooks',
    contact: [
      email('hannah.brooks.denver@gmail.com'),
      phone('(720) 555\u20110161'),
      link('linkedin.com/in/hannahbrooksdenver'),
      address('Denver, CO 80205', 'Denver', 'CO', '80205'),
    ],
    sections: [
      work(
        'Work',
        job('Transaction Coordinator', 'Mile High Closings LLC', '2021-03/now', [
          '30 to 35 files a month for 22 agents.',
          'License questions go to the broker; files to files@milehighclosings.com.',
        ]),
        job('Escrow Assistant', 'Land Title Guarantee Company', '2019-03/2021-02', ['Balanced settlement statements.']),
        job('Barista', 'Little Owl Coffee', '2017-05/2018-11'),
      ),
      education(
        'Education',
        school('Metropolitan State University of Denver', 'Bachelor of Arts in Sociology', '2014-08/2018-12'),
      ),
      skills('Skills', ['SkySlope', 'Brokermint', 'CTM eContracts', 'Typing 85 wpm']),
      lines('Other', 'Notary public, State of Colorado, commission 20214012345', 'Driver’s license 94-210-5550'),
    ],
  },
  {
    file: 'sunita-kapoor',
    layout: 'txt:utf-16le',
    ending: '\r\n',
    look: { dates: { month: 'short', to: ' - ', now: 'till date' }, entry: 'piped', heading: 'equals' },
    name: 'Sunita Kapoor',
    shownName: 'SUNITA KAPOOR',
    contact: [
      phone('+44 20 7946 0321', 'Tel:'),
      phone('(732) 555-0107', 'US mobile:'),
      email('sunita.kapoor@kapoorsinsure.co.uk', 'Email:'),
      address('Edison, NJ 08820', 'Edison', 'NJ', '08820'),
    ],
    sections: [
      summary(
        'Career Summary',
        'Insurance professional, eleven years in London and New Jersey. Moved back to Edison in 2022.',
      ),
      work(
        'Career History',
        job('Personal Lines Producer', 'NJM Insurance Group', '2022-09/now', ['Quotes 20 households a day.']),
        job('Broking Assistant', 'Aon UK Limited', '2016-02/2022-06', ['Placed marine cargo risks at Lloyd’s.']),
        job('Trainee', 'Hiscox', '2014-09/2016-01'),
      ),
      education('Qualifications', school('University of Westminster', 'BA (Hons) Business Management', '2011/2014')),
      licenses('Licences', [
        license('NJ Property and Casualty Producer, Ref. 3000123456', 'Property and Casualty Producer #3000123456'),
      ]),
      skills('Key Skills', ['Quoting', 'Home and auto', 'Umbrella', 'Hindi', 'Punjabi']),
    ],
  },
]
