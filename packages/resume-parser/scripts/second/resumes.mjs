import { resumeOf } from '../random.mjs'
import { people as written } from './people.mjs'
import { verbatim } from './verbatim.mjs'
import { people, words } from './words.mjs'

const drawn = [
  ['thompson', 'pdf:timeline', { font: "'PT Sans'", entry: 'datesAbove', schoolEntry: 'dotted' }],
  ['alRashid', 'pdf:asideLast', { font: 'Carlito', entry: 'companyRight', skills: 'bars' }],
  ['fernandes', 'pdf:ruled', { font: 'Cabin', entry: 'slashed' }],
  ['deLuca', 'pdf:stripe', { entry: 'bracketed', font: 'Quicksand' }],
  ['hwang', 'pdf:classic', { font: "'PT Serif'", between: ' / ', entry: 'companyDates' }],
  [
    'oconnor',
    'pdf:sidebarLeft',
    { color: '#7a3b2e', font: 'Caladea', entry: 'dotted', skills: 'lines', contactHeading: 'Get in touch' },
  ],
  ['mueller', 'pdf:hanging', { entry: 'gridDatesFirst', schoolEntry: 'comma', font: 'Lato' }],
  ['iyer', 'pdf:academic', { entry: 'companyPlace', font: 'Caladea', head: 'Lakshmi Iyer' }],
  ['houston', 'docx:columns', { entry: 'stacked', schoolEntry: 'stacked', skills: 'bullets' }],
  ['kovac', 'docx:headed', { font: 'Tahoma' }],
  ['washington', 'docx:styles', { font: 'Palatino Linotype', between: ' · ' }],
  ['tran', 'docx:tableHead', { font: 'Segoe UI' }],
  ['levesque', 'txt:utf-16le', { heading: 'colon', mark: '* ' }],
  ['stClair', 'txt:utf-8', { heading: 'equals', mark: '+ ', between: ' // ' }],
]

/** The resumes that were held back from the first rules, and are no longer. */
export const resumes = [
  ...written,
  ...verbatim,
  ...drawn.map(([key, layout, look]) => resumeOf(people[key], layout, words, look)),
]
