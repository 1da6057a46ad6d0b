import { problemType } from '../http/problem-type'

const LABEL = 'lbl_01jd3v7x5c9q8m2k4n6p0r1s3t'

export const alreadyExists = problemType<{
  noun: string
  field: 'name' | 'email' | 'key'
  conflictsWith: string | null
}>({
  status: 409,
  code: 'already_exists',
  means: 'Another item has this name (a user: this email; a field: this key or name). `conflictsWith` is its id.',
  detail: ({ noun, field }) => `There is already a ${noun} with this ${field}.`,
  members: ({ conflictsWith }) => ({ conflictsWith }),
  example: { noun: 'label', field: 'name', conflictsWith: LABEL },
})

export const inUse = problemType<{ noun: string; conflictsWith: string; prospectCount: number }>({
  status: 409,
  code: 'in_use',
  means: 'Prospects use this item; `prospectCount` says how many. `moveTo` moves them to another item.',
  detail: ({ noun, prospectCount }) =>
    `${prospectCount} prospects use this ${noun}. Name another ${noun} for them in \`moveTo\`.`,
  members: ({ conflictsWith, prospectCount }) => ({ conflictsWith, prospectCount }),
  example: { noun: 'label', conflictsWith: LABEL, prospectCount: 7 },
})

/** The item is the target of a reassignment under way, or the item that this reassignment will delete. */
export const beingMoved = problemType<{ conflictsWith: string }>({
  status: 409,
  code: 'being_moved',
  detail: 'Prospects are being moved to this item or away from it. Try again later.',
  example: { conflictsWith: LABEL },
})

export const isDefault = problemType<{ noun: string; conflictsWith: string }>({
  status: 409,
  code: 'is_default',
  means: 'This item is the default. Make another item the default first.',
  detail: ({ noun }) => `This is the default ${noun}. Make another ${noun} the default first.`,
  members: ({ conflictsWith }) => ({ conflictsWith }),
  example: { noun: 'pipeline', conflictsWith: 'pipe_01jd3v7x5c9q8m2k4n6p0r1s3t' },
})

/** How many fields an account can have, how many of them can be filterable, and how many options they have together. */
export const MAX_FIELDS = 100
export const MAX_FILTERABLE = 20
export const MAX_STORED_OPTIONS = 1000

export const tooManyFields = problemType({
  status: 409,
  code: 'too_many_fields',
  detail: `An account can have ${MAX_FIELDS} fields, of which ${MAX_FILTERABLE} can be filterable, and ${MAX_STORED_OPTIONS} options, removed ones included. Deleted fields count until their values are erased.`,
})

export const beingErased = problemType({
  status: 409,
  code: 'being_erased',
  detail: 'The values of a deleted field with this key are still being erased. Try again later.',
})
