import { resumeOf } from '../random.mjs'
import { people as written } from './people.mjs'
import { verbatim } from './verbatim.mjs'
import { people, words } from './words.mjs'

const drawn = [
  ['whitman', 'pdf:paged', { font: 'Caladea', entry: 'titleRight', head: 'Leonard Whitman' }],
  ['abernathy', 'pdf:classic', { font: 'Vollkorn', between: ' • ', nameWeight: 'normal' }],
  [
    'lopez',
    'pdf:sidebarLeft',
    { color: '#2f5d50', nameInMain: true, font: "'PT Sans'", entry: 'companyStacked', skills: 'stars' },
  ],
  ['smithJones', 'pdf:sidebarRight', { color: '#375a9e', caps: 'uppercase', font: 'Carlito', skills: 'bullets' }],
  ['patel', 'pdf:bands', { font: "'Liberation Sans Narrow'", entry: 'companyRight' }],
  [
    'mcdonald',
    'pdf:paged',
    {
      font: "'Liberation Serif'",
      entry: 'companyPlace',
      head: 'Sean McDonald  |  Curriculum Vitae',
      foot: 'Confidential – ',
    },
  ],
  ['kim', 'pdf:banner', { color: '#b03a48', font: 'Quicksand', skills: 'table' }],
  ['obi', 'pdf:twoColumns', { font: 'Lato', between: ' | ', entry: 'stacked', skills: 'dots' }],
  ['vanDerBerg', 'pdf:spaced', { font: "'Open Sans'", entry: 'companyRight', skills: 'pipes' }],
  ['wozniak', 'pdf:datesLeft', { entry: 'datesLeft', schoolEntry: 'datesLeft', font: 'Caladea', skills: 'columns' }],
  ['jackson', 'pdf:hanging', { entry: 'grid', schoolEntry: 'comma', font: "'Liberation Sans'", skills: 'commas' }],
  ['fitzgerald', 'docx:styles', {}],
  ['haddad', 'docx:table', { entry: 'stacked', schoolEntry: 'stacked' }],
  ['yamamoto', 'docx:bare', { font: 'Garamond' }],
  ['dangelo', 'docx:headed', { entry: 'titleRight', skills: 'table' }],
]

/** The resumes that the first rules were written with. */
export const resumes = [
  ...written,
  ...verbatim,
  ...drawn.map(([key, layout, look]) => resumeOf(people[key], layout, words, look)),
]
