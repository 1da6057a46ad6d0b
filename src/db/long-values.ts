/** The fields of a prospect that can be long. A long value is stored once, in an event; other copies refer to that event. */
export const LONG_FIELDS = ['notes', 'labels', 'jobIds', 'resume', 'custom'] as const
/** The length at which a value is long, in characters of JSON. A shorter value is cheaper to repeat than to look up. */
export const LONG = 1000
