/**
 * The most that JSON can hold: values, and how deep they are in each other. No call has that much to say; what it costs
 * to check a body grows with its values, not with its length, which `limitBody` bounds.
 */
export const MAX_JSON_VALUES = 10_000
export const MAX_JSON_DEPTH = 20

/** Whether a text holds more, if it is JSON. It is asked before the text is parsed. */
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

/** Where the string that begins here ends. */
function endOfString(text: string, start: number): number {
  for (let at = text.indexOf('"', start + 1); at > 0; at = text.indexOf('"', at + 1)) {
    let backslashes = 0
    while (text[at - 1 - backslashes] === '\\') backslashes++
    if (backslashes % 2 === 0) return at
  }
  return text.length
}
