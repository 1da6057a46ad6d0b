const FIRST =
  'Ada Ben Carla Dmitri Elena Farid Grace Hugo Imani Jonas Keiko Liam Maya Noor Omar Priya Quinn Rosa Sven Tara'
const LAST =
  'Abbott Becker Castillo Duarte Engel Fontaine Garcia Hughes Ivanov Jensen Kaplan Larsen Moreno Novak Okafor Patel Quiroga Ramos Santos Tanaka Underwood Vargas Weber Xu Young Zimmer'
const TITLES = ['Agent', 'Broker Associate', 'Loan Officer', 'Insurance Producer']
const CITIES = ['Austin', 'Boston', 'Chicago', 'Denver', 'El Paso', 'Fresno']

/** The labels of people, the most frequent first. */
export const LABELS = Array.from({ length: 50 }, (_, i) => `label${i}`)

/** A generator of numbers in [0, 1), the same for the same seed (mulberry32). */
export function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Three labels. The n-th label is about n times rarer than the first (Zipf). */
function threeLabels(next: () => number): string[] {
  const labels = new Set<string>()
  while (labels.size < 3) labels.add(LABELS[Math.floor(LABELS.length ** next()) - 1] as string)
  return [...labels]
}

export type Person = ReturnType<typeof person>

/** The n-th person; the same n gives the same person. */
export function person(n: number) {
  const next = random(n)
  const pick = (words: string | string[]) => {
    const all = typeof words === 'string' ? words.split(' ') : words
    return all[Math.floor(next() * all.length)] as string
  }
  const [firstName, lastName] = [pick(FIRST), pick(LAST)]
  return {
    firstName,
    lastName,
    email: `${firstName}.${lastName}.${n}@example.com`.toLowerCase(),
    phone: `(212) ${200 + Math.floor(n / 10_000)}-${String(n % 10_000).padStart(4, '0')}`,
    labels: threeLabels(next),
    title: pick(TITLES),
    company: `Realty ${n % 500}`,
    city: pick(CITIES),
  }
}
