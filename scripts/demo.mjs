// The demo account: what a recruiting team has after some months of work. It has the same prospects every time.

const STAGES = { New: 30, Contacted: 25, Interview: 18, Offer: 9, Hired: 8 }
const SCHOOL = { name: 'Licensing school', stages: { Enrolled: 10, Coursework: 12, 'Exam booked': 5, Passed: 3 } }
const LABELS = ['Hot', 'Warm', 'Nurture', 'Inbound', 'Bilingual', 'Top producer', 'Career changer', 'Relocating']
const SOURCES = ['Website', 'Referral', 'LinkedIn', 'Career fair', 'Open house']
const OFFICES = ['Downtown', 'Lakeside', 'North Hills', 'Coast']
const JOBS = ['Residential agent', "Buyer's agent", 'Luxury listings team', 'Leasing consultant']
const USERS = ['Dana Whitfield', 'Marcus Oyelaran', 'Priya Raman', 'Tomás Iglesias']

const FIRST_NAMES = `Aaliyah Adrián Aisha Alejandra Amara Andre Anneliese Anya Benjamín Brianna Caleb Camille Carlos
  Chiara Chloé Darnell Deepa Diego Eleanor Elijah Élodie Emeka Fatima Felicity François Gabriela Giulia Grace Hannah
  Héctor Hiroshi Imani Inés Isaac Jamal Jean-Luc Jiho Joaquín José Kavya Keisha Kwame Latoya Leilani Lucía Malik
  Maren Mary-Kate Mateo Mei-Ling Naomi Nia Noah Óscar Owen Parisa Quinn Rafael Renée Rhys Sana Sean Siobhán Sofía
  Tariq Thảo Tobias Valentina Wei Xiomara Yusuf Zoë`.split(/\s+/)
const LAST_NAMES = `Abernathy Adeyemi Álvarez Andersson Bauer Begum Bélanger Brooks Castañeda Chen Cruz D'Angelo
  Delacroix Ferreira Fitzgerald García-Márquez Goldberg Gómez Grünwald Guerrero Haddad Harper Hernández Holloway Ibáñez
  Ito Jackson Johansson Kapoor Kim Kowalski Larsen Lefèvre López MacAllister Mbeki Mendoza Montgomery Müller Nakamura
  Ndiaye Nguyễn Novák Núñez O'Brien O'Connor Okafor Ortiz-Reyes Osei Park Patel Pérez Quigley Ramírez Reddy Ríos
  Rosenthal Sánchez Schäfer Silva Smith-Jones Sørensen Tanaka Thompson Vasquez Villanueva Washington Yılmaz Zhang
  Zielinski`.split(/\s+/)
// city, state, first three digits of its postal codes, area code
const CITIES = `Albuquerque NM 871 505, Atlanta GA 303 404, Austin TX 787 512, Boston MA 021 617, Brooklyn NY 112 718,
  Charlotte NC 282 704, Chicago IL 606 312, Columbus OH 432 614, Dallas TX 752 214, Denver CO 802 303, Miami FL 331 305,
  Minneapolis MN 554 612, Nashville TN 372 615, Philadelphia PA 191 215, Phoenix AZ 850 602, Portland OR 972 503,
  Raleigh NC 276 919, Salt Lake City UT 841 801, San Diego CA 921 619, Seattle WA 981 206, Tampa FL 336 813`
  .split(/,\s+/)
  .map((line) => /^(?<city>.+) (?<state>\w+) (?<zip>\d+) (?<area>\d+)$/.exec(line).groups)
const STREETS = ['Alder St', 'Birch Ave', 'Canal St', 'E 9th St', 'Harbor Dr', 'Juniper Ln', 'Main St', 'Oak Ridge Rd']
const AGENT_TITLES = ['Real estate agent', 'Associate broker', 'Listing specialist', 'Team lead', 'Showing agent']
const BROKERAGES = ['Acme Realty', 'Bluebonnet Homes', 'Harbor & Main', 'Keystone Properties', 'Summit Residential']
const OTHER_TITLES = [
  'Account executive',
  'Bartender',
  'Branch manager',
  'Flight attendant',
  'Insurance agent',
  'Teacher',
]
const OTHER_COMPANIES = ['Brightside Insurance', 'Cedar Grove Schools', 'First Prairie Bank', 'Nimbus Software', null]
const NOTES = [
  'Asked about the split and the desk fee. Wants to hear from an agent in the office before deciding.',
  'Met at the career fair; knows two of our agents. Prefers texts after 5 pm.',
  'Closed 14 sides last year. Contract with the present broker ends next quarter.',
  'Studying in the evenings.\nExam date not set yet: ask again in two weeks.',
  'Left a voicemail. Follow up by e-mail.',
  'Moving here in spring with family; needs the reciprocity forms for an out-of-state license.',
]
const PHONE_STYLES = [
  (area, line) => `(${area}) 555-${line}`,
  (area, line) => `${area}-555-${line}`,
  (area, line) => `+1 ${area} 555 ${line}`,
  (area, line) => `${area}.555.${line}`,
]

/**
 * Creates an API key for the demo account of this state folder. Creates and fills the account first if it does not exist.
 * If an earlier start was interrupted, the rest is created: existing objects are found by name or email. Resolves to
 * `{accountId, key}`.
 */
export async function openDemo(origin, operator, memory) {
  const admin = client(origin, operator)
  let key =
    memory.demoAccount &&
    (await admin.post(`/admin/accounts/${memory.demoAccount}/api-keys`, { name: 'Demo' }, 404))?.key
  if (!key) {
    const account = await admin.post('/admin/accounts', { name: 'Demo brokerage' })
    memory.keep({ demoAccount: account.id, demoIsFilled: false })
    key = account.apiKey.key
  }
  if (!memory.demoIsFilled) {
    await fill(client(origin, key))
    memory.keep({ demoIsFilled: true })
  }
  return { accountId: memory.demoAccount, key }
}

/** `post` and `list` with one credential. A response other than 2xx throws, except the status `orNull`, which gives null. */
function client(origin, token) {
  async function call(method, path, body, orNull) {
    const response = await fetch(origin + path, {
      method,
      headers: { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }) },
      body: body && JSON.stringify(body),
    })
    if (response.status === orNull) return null
    if (!response.ok) throw new Error(`${method} ${path} returned ${response.status}: ${await response.text()}`)
    return response.json()
  }
  return {
    post: (path, body, orNull) => call('POST', path, body, orNull),
    list: async (path) => (await call('GET', `${path}?limit=1000`)).items,
  }
}

async function fill(api) {
  /** Creates the items that are missing. Resolves to the id of each item by its name. */
  async function ensure(kind, items) {
    const ids = Object.fromEntries((await api.list(`/v1/${kind}`)).map(({ name, id }) => [name, id]))
    for (const item of items) ids[item.name] ??= (await api.post(`/v1/${kind}`, item)).id
    return ids
  }
  const named = (names) => names.map((name) => ({ name }))
  await ensure('labels', named(LABELS))
  await ensure('pipelines', [{ name: SCHOOL.name, stages: Object.keys(SCHOOL.stages) }])
  const ids = {
    sources: await ensure('sources', named(SOURCES)),
    offices: await ensure('offices', named(OFFICES)),
    jobs: await ensure('jobs', named(JOBS)),
    users: await ensure(
      'users',
      USERS.map((name) => ({ name, email: emailOf(name, 'example.com') })),
    ),
    stages: await ensure('stages', []),
  }
  const everyone = people(200, ids)
  while (everyone.length > 0)
    await Promise.all(
      everyone.splice(0, 8).map((person) => api.post('/v1/prospects', { ...person, muteWebhook: true })),
    )
}

/** Makes `count` bodies of `POST /v1/prospects`. `ids` has the ids of the catalog by kind and name. */
function people(count, ids) {
  const random = randomFrom(20_260_101)
  const chance = (p) => random() < p
  const pick = (list) => list[Math.floor(random() * list.length)]
  const pickWeighted = (weights) => pick(Object.entries(weights).flatMap(([name, weight]) => Array(weight).fill(name)))
  const taken = new Set()
  const linesOf = Object.fromEntries(CITIES.map(({ area }) => [area, 0]))

  return Array.from({ length: count }, () => {
    let email, firstName, lastName
    do {
      firstName = pick(FIRST_NAMES)
      lastName = pick(LAST_NAMES)
      email = emailOf(`${firstName} ${lastName}`, pick(['example.com', 'example.net', 'example.org']))
    } while (taken.has(email))
    taken.add(email)
    const { city, state, zip, area } = pick(CITIES)
    const line = String(100 + linesOf[area]++).padStart(4, '0')
    const atSchool = chance(0.25)
    const stage = pickWeighted(atSchool ? SCHOOL.stages : STAGES)
    const licensed = atSchool ? stage === 'Passed' : chance(0.75)
    return {
      firstName,
      lastName,
      email,
      phone: pick(PHONE_STYLES)(area, line),
      stageId: ids.stages[stage],
      licenseStatus: licensed ? 'licensed' : atSchool && stage !== 'Enrolled' ? 'in_progress' : 'not_started',
      labels: LABELS.filter(() => chance(0.2)),
      title: pick(licensed ? AGENT_TITLES : OTHER_TITLES),
      company: pick(licensed ? BROKERAGES : OTHER_COMPANIES),
      notes: chance(0.4) ? pick(NOTES) : null,
      streetAddress: `${100 + Math.floor(random() * 9800)} ${pick(STREETS)}`,
      city,
      state,
      postalCode: zip + String(Math.floor(random() * 100)).padStart(2, '0'),
      officeId: ids.offices[pick(OFFICES)],
      sourceId: ids.sources[pick(SOURCES)],
      jobId: chance(0.5) ? ids.jobs[pick(JOBS)] : null,
      userId: ids.users[pick(USERS)],
    }
  })
}

/** `Zoë D'Angelo` → `zoe.dangelo@…`. */
function emailOf(name, domain) {
  const plain = name.toLowerCase().normalize('NFD').replaceAll('ø', 'o').replaceAll('ı', 'i')
  return `${plain.replace(/[^a-z ]/g, '').replace(' ', '.')}@${domain}`
}

/** A generator of numbers in [0, 1), the same for the same seed (mulberry32). */
function randomFrom(seed) {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}
