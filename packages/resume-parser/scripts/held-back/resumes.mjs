import { resumeOf } from '../random.mjs'
import { people as written } from './people.mjs'
import { text } from './text.mjs'
import { verbatim } from './verbatim.mjs'
import { people, words } from './words.mjs'

const drawn = [
  ['ashcroft', 'pdf:office', { color: '#7b2d26', entry: 'above', schoolEntry: 'titleAlone', align: 'left' }],
  ['bhatt', 'pdf:latex', { font: "'EB Garamond'", entry: 'latexTitle', schoolEntry: 'latex', mark: "'– '" }],
  [
    'cisneros',
    'pdf:darkRight',
    { color: '#1f3a5f', font: 'Lato', skills: 'dots', entry: 'under', schoolEntry: 'above' },
  ],
  ['delacroix', 'pdf:still', { entry: 'centred', schoolEntry: 'centred', isSpread: true }],
  [
    'eze',
    'pdf:vitae',
    { font: "'PT Serif'", entry: 'left', schoolEntry: 'left', size: '11.5pt', head: 'Eze / Resume' },
  ],
  [
    'forsythe',
    'pdf:docs',
    { font: 'Roboto', color: '#b0413e', entry: 'google', schoolEntry: 'google', skills: 'bullets' },
  ],
  ['gunnarsson', 'pdf:builder', { entry: 'leftPlace', schoolEntry: 'leftPlace', skills: 'levels' }],
  ['hopkins', 'pdf:poster', { color: '#8a5a9e', font: 'Quicksand', skills: 'percents', entry: 'titleAlone' }],
  [
    'ibrahim',
    'pdf:gutter',
    { font: 'Inter', entry: 'firmUnder', schoolEntry: 'firmUnder', color: '#126b5f', mark: "'✓ '" },
  ],
  [
    'jablonski',
    'pdf:footed',
    {
      entry: 'comma',
      schoolEntry: 'comma',
      head: 'Stan Jablonski, Resume',
      foot: 'References furnished upon request',
      size: '12pt',
    },
  ],
  [
    'kealoha',
    'pdf:linkedIn',
    {
      dates: { month: 'long', to: ' - ', now: 'Present', hasSpan: true },
      schoolDates: { month: 'year', to: ' - ' },
      entry: 'linkedIn',
      schoolEntry: 'linkedIn',
      skills: 'lines',
      labels: 'bare',
    },
  ],
  ['lefevre', 'pdf:dense', { entry: 'three', schoolEntry: 'sentence', labels: 'words', skills: 'pipes' }],
  [
    'mcginty',
    'pdf:builder',
    { font: 'Carlito', color: '#a33b20', entry: 'google', schoolEntry: 'under', skills: 'checks' },
  ],
  [
    'nakashima',
    'pdf:application',
    {
      dates: { month: 'slash', to: '|', now: 'Present' },
      schoolDates: { month: 'year', to: '|' },
      entry: 'ruled',
      schoolEntry: 'ruled',
      skills: 'downColumns',
      labels: 'bare',
    },
  ],
  [
    'ortega',
    'pdf:indeed',
    {
      dates: { month: 'long', to: ' to ', now: 'Present' },
      entry: 'indeed',
      schoolEntry: 'indeed',
      skills: 'years',
      labels: 'bare',
    },
  ],
  ['park', 'docx:sidebarTable', { font: 'Calibri', entry: 'below', schoolEntry: 'plain', skills: 'lines' }],
  ['quarles', 'docx:tabbedLines', { font: 'Calibri', entry: 'titleTab', schoolEntry: 'firmTab' }],
  ['rutherford', 'docx:forms', {}],
  ['sandoval', 'docx:footed', { entry: 'above', schoolEntry: 'below' }],
  ['tillman', 'docx:indented', { entry: 'dashes', schoolEntry: 'dashes' }],
  ['ursini', 'docx:typed', { font: 'Courier New', skills: 'commas' }],
  ['vaughn', 'docx:firstHeader', { font: 'Georgia', entry: 'rows', schoolEntry: 'rows' }],
  ['weiss', 'txt:utf-8-bom', { form: 'wide', labels: 'bare' }],
  ['yazzie', 'txt:utf-8', { form: 'narrow', labels: 'bare' }],
].map(([key, layout, look]) => resumeOf(people[key], layout, words, look))

/** The resumes that are held back from those who write the rules. */
export const resumes = [
  ...written,
  ...verbatim,
  ...drawn.map((resume) => (resume.look.form ? { ...resume, text: text(resume) } : resume)),
]
