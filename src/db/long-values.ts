/** What of a prospect may be long: such a value is stored once, and what shows it too refers to where it is. */
export const LONG_FIELDS = ['notes', 'labels', 'jobIds', 'resume'] as const
/** How much JSON is long, in characters: to look a value up costs more than to repeat a shorter one. */
export const LONG = 1000
