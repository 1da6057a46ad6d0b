// Random resumes from the words of one set, the same for the same name.
import {
  address,
  education,
  email,
  firm,
  licenses,
  link,
  note,
  phone,
  role,
  school,
  skills,
  summary,
  work,
} from './content.mjs'

/** Numbers in [0, 1), the same for the same text: FNV-1a, then mulberry32. */
function chanceOf(text) {
  let state = [...text].reduce((hash, char) => Math.imul(hash ^ char.codePointAt(0), 0x01000193), 0x811c9dc5)
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Random choices: `from` a list, `some` of it, whether with `odds`, a number `between` two. */
function drawer(text) {
  const chance = chanceOf(text)
  const between = (low, high) => low + Math.floor(chance() * (high - low + 1))
  const from = (list) => list[between(0, list.length - 1)]
  const some = (list, count) => {
    const rest = [...list]
    return Array.from({ length: Math.min(count, rest.length) }, () => rest.splice(between(0, rest.length - 1), 1)[0])
  }
  return { between, from, some, odds: (part) => chance() < part }
}

/** Fills the slots of a sentence: `{10-40}` is a number between them, `{year}` one of the years of the job. */
const fill = (sentence, draw, years) =>
  sentence
    .replaceAll(/\{(\d+)-(\d+)\}/g, (_, low, high) => String(draw.between(Number(low), Number(high))))
    .replaceAll('{year}', () => String(draw.between(...years)))

const twoDigits = (n) => String(n).padStart(2, '0')

/** As many jobs as `asked`, newest first. Each ends where the next begins, sometimes with a gap. */
function careerOf(words, draw, asked) {
  const tracks = draw.odds(0.5) ? [draw.from(words.tracks)] : draw.some(words.tracks, 2)
  const jobs = []
  const used = []
  let end = draw.odds(0.75) ? null : 2024 * 12 + draw.between(0, 9)
  const count = asked ?? draw.between(3, 5)
  for (let i = 0; i < count; i++) {
    const track = tracks[Math.min(tracks.length - 1, i < count / 2 ? 0 : 1)]
    const untried = track.companies.filter(([name]) => !used.includes(name))
    const [company, place, ownTitles = track.titles] = draw.from(untried.length ? untried : track.companies)
    used.push(company)
    const last = end ?? 2024 * 12 + 10
    const isFirm = i === 0 && draw.odds(0.3)
    const titles = draw.some(ownTitles, isFirm ? 2 : 1)
    const roles = titles.map((title) => {
      const until = end === null ? 'now' : `${Math.floor(end / 12)}-${twoDigits((end % 12) + 1)}`
      const start = (end ?? last) - draw.between(14, 62)
      const years = [Math.floor(start / 12) + 1, Math.floor((end ?? last) / 12)]
      end = start
      const bullets = draw.some(track.bullets, draw.between(2, 5)).map((text) => fill(text, draw, years))
      return role(title, `${Math.floor(start / 12)}-${twoDigits((start % 12) + 1)}/${until}`, bullets)
    })
    jobs.push(isFirm ? firm(company, place, ...roles) : { company, place: draw.odds(0.7) ? place : undefined, roles })
    end -= draw.odds(0.25) ? draw.between(4, 14) : draw.between(0, 1)
  }
  return { jobs, tracks, firstYear: Math.floor(end / 12) }
}

function schoolsOf(words, draw, firstYear) {
  const isYear = draw.odds(0.5)
  const later = draw.from(words.universities)
  const earlier = draw.odds(0.6) ? [draw.from(words.firstSchools)] : []
  return [later, ...earlier].map(([name, place, degrees = words.degrees], i) => {
    const end = firstYear - 4 * i
    const period = isYear ? `/${end}` : `${end - (i ? 2 : 4)}/${end}`
    return school(name, draw.from(degrees), period, { place: draw.odds(0.5) ? place : undefined })
  })
}

function contactOf(person, words, draw) {
  const { city, state, zip, area } = draw.from(words.places)
  const line = `555${`01${twoDigits(draw.between(0, 99))}`}`
  const number = draw
    .from(words.phoneForms)
    .replaceAll(/A|E|N/g, (slot) => ({ A: area, E: '555', N: line.slice(3) })[slot])
  const street = `${draw.between(11, 9800)} ${draw.from(words.streets)}`
  const postalCode = zip + String(draw.between(10, 89))
  const addressForms = [
    () => address(`${street}, ${city}, ${state} ${postalCode}`, city, state, postalCode),
    () => address(`${street}\n${city}, ${state} ${postalCode}`, city, state, postalCode),
    () => address(`${city}, ${state} ${postalCode}`, city, state, postalCode),
    () => address(`${city}, ${state}`, city, state),
  ]
  const items = [email(person.mail + draw.from(words.mails)), phone(number), draw.from(addressForms)()]
  if (draw.odds(0.5)) items.push(link(draw.from(words.linkForms).replace('*', person.mail.replaceAll('.', '-'))))
  if (draw.odds(0.1)) items.push(note(`(${area}) 555-0100`, 'Fax:'))
  return draw.some(items, items.length)
}

/** The random resume of a person in a layout, with the words of a set. `look` has the choices that are not random. */
export function resumeOf(person, layout, words, look = {}) {
  const draw = drawer(`${person.name} ${layout}`)
  const format = layout.split(':')[0]
  const { jobs, tracks, firstYear } = careerOf(words, draw, person.jobs)
  const headings = Object.fromEntries(Object.entries(words.headings).map(([kind, list]) => [kind, draw.from(list)]))
  const skillItems = draw.some([...tracks.flatMap((track) => track.skills), ...words.skills], draw.between(6, 12))
  const isGrouped = draw.odds(0.15)
  const half = skillItems.length >> 1
  const parts = {
    summary: draw.odds(0.65) ? [summary(headings.summary, draw.from(tracks[0].summaries))] : [],
    work: [work(headings.work, ...jobs)],
    education: [education(headings.education, ...schoolsOf(words, draw, firstYear))],
    skills: [
      skills(
        headings.skills,
        isGrouped
          ? { [words.groups[0]]: skillItems.slice(0, half), [words.groups[1]]: skillItems.slice(half) }
          : skillItems,
      ),
    ],
    licenses: draw.odds(0.55) ? [licenses(headings.licenses, ...draw.from(tracks[0].licenses ?? [[]]))] : [],
    others: draw.some(words.others, draw.between(0, 2)),
  }
  if (parts.licenses[0]?.items.length === 0) parts.licenses = []
  const order = draw.from(words.orders)
  return {
    file: person.mail.replaceAll('.', '-'),
    layout,
    look: {
      dates: draw.from(words.dates),
      entry: draw.from(words.entries[format]),
      schoolEntry: draw.from(words.schoolEntries[format]),
      skills: draw.from(words.skillForms[format]),
      labels: draw.from(words.labels),
      ...look,
    },
    ...person,
    contact: contactOf(person, words, draw),
    sections: order.flatMap((kind) => parts[kind]),
  }
}
