// Resumes of the second set that stand here as their text is, with the truth written out.

export const verbatim = [
  {
    file: 'deshawn-prewitt',
    layout: 'txt:utf-8',
    ending: '\r\n',
    text: `DeShawn Prewitt
dprewitt@prewittgroup.net  |  (314) 555-0112  |  St. Louis, MO 63118  |  linkedin.com/in/deshawnprewitt

::: WORK :::

Prewitt Group Real Estate, St. Louis                              [2019 to now]
Broker-Salesperson. Started alone, now four agents. Sold 52 houses in 2022.

Schnucks Markets, St. Louis                                       [2011 to 2019]
Produce Manager (2015 to 2019). 
Clerk (2011 to 2015).

::: SCHOOL :::

Webster University, BA Management, 2014
Beaumont High School, 2010

::: LICENSE :::

Missouri Broker-Salesperson 2019008812

::: SKILLS :::

investor sales; rehab estimates; section 8; property tax appeals
`,
    truth: {
      name: 'DeShawn Prewitt',
      emails: ['dprewitt@prewittgroup.net'],
      phones: ['+13145550112'],
      city: 'St. Louis',
      state: 'MO',
      postalCode: '63118',
      links: ['https://linkedin.com/in/deshawnprewitt'],
      skills: ['investor sales', 'rehab estimates', 'section 8', 'property tax appeals'],
      work: [
        {
          title: 'Broker-Salesperson',
          company: 'Prewitt Group Real Estate',
          startDate: '2019',
          endDate: null,
          isCurrent: true,
        },
        {
          title: 'Produce Manager',
          company: 'Schnucks Markets',
          startDate: '2015',
          endDate: '2019',
          isCurrent: false,
        },
        { title: 'Clerk', company: 'Schnucks Markets', startDate: '2011', endDate: '2015', isCurrent: false },
      ],
      education: [
        { school: 'Webster University', degree: 'BA Management', startDate: null, endDate: '2014' },
        { school: 'Beaumont High School', degree: null, startDate: null, endDate: '2010' },
      ],
      licenses: [{ name: 'Missouri Broker-Salesperson', number: '2019008812', status: 'licensed' }],
    },
  },
  {
    file: 'rosalind-achterberg',
    layout: 'txt:utf-8-bom',
    text: `Résumé of Rosalind Achterberg

Address:\t640 Pearl St, Apt 12, Eugene, Oregon 97401
Phone:\t\t541-555-0180 (evenings)
E-mail:\t\trosalind@achterberg.example

What I am looking for:
\tA place as assistant in a property management office.

Positions:

\tTenant Services Assistant\t\tApril 2020 - present
\tHomes for Good Housing Agency, Eugene
\t\tAnswers 50 calls a day (main line 541-555-0100)
\t\tInspects 12 units a week

\tHousekeeper\t\t\t\tMarch 2014 - April 2020
\tValley River Inn, Eugene
\t\tEmployee of the year 2018

Education:

\tLane Community College\t\t\t2012 - 2014
\tAssociate of General Studies

Certificates:

\tCPR (2023)
\tFood handler card

Computer skills:

\tWord, Outlook, AppFolio

Personal references:

\tKay Ames, neighbor, 541-555-0191
`,
    truth: {
      name: 'Rosalind Achterberg',
      emails: ['rosalind@achterberg.example'],
      phones: ['+15415550180'],
      city: 'Eugene',
      state: 'Oregon',
      postalCode: '97401',
      links: [],
      skills: ['Word', 'Outlook', 'AppFolio'],
      work: [
        {
          title: 'Tenant Services Assistant',
          company: 'Homes for Good Housing Agency',
          startDate: '2020-04',
          endDate: null,
          isCurrent: true,
        },
        {
          title: 'Housekeeper',
          company: 'Valley River Inn',
          startDate: '2014-03',
          endDate: '2020-04',
          isCurrent: false,
        },
      ],
      education: [
        {
          school: 'Lane Community College',
          degree: 'Associate of General Studies',
          startDate: '2012',
          endDate: '2014',
        },
      ],
      licenses: [],
    },
  },
]
