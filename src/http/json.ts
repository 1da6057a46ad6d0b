/**
 * Limits of JSON in a request: the number of values, and the depth of nesting. The cost of validation grows with the number
 * of values, and a body within its size limit (`limitBody`) could still hold too many. No call needs more than this.
 */
export const MAX_JSON_VALUES = 10_000
export const MAX_JSON_DEPTH = 20

/** Whether a text that is still to be parsed exceeds the limits. */
export function holdsTooMuch(text: string): boolean {
  let values = 1
  let depth = 0
  for (let at = 0; at < text.length; at++) {
    const c = text[at]
    if (c === '"') at = endOfString(text, at)
    else if (c === ']' || c === '}') depth--
    else if (c === '[' || c === '{') depth++
    if (c === ',' || c === '[' || c === '{') values++
    if (values > MAX_JSON_VALUES || depth > MAX_JSON_DEPTH) return true
  }
  return false
}

/** The position of the quote that ends the string which begins at `start`. */
function endOfString(text: string, start: number): number {
  for (let at = text.indexOf('"', start + 1); at > 0; at = text.indexOf('"', at + 1)) {
    let backslashes = 0
    while (text[at - 1 - backslashes] === '\\') backslashes++
    if (backslashes % 2 === 0) return at
  }
  return text.length
}
