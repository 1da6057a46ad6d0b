import { people } from './people.mjs'

/** All resumes of the seen half. */
export const resumes = [...people]
