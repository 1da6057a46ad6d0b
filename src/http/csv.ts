import Papa from 'papaparse'

/** The first character of a CSV. Without it, spreadsheets take UTF-8 for a local encoding. */
export const BYTE_ORDER_MARK = '\ufeff'

/** Writes rows as CSV (RFC 4180). Each row, the last one too, ends with CRLF. */
export const toCsv = (rows: unknown[][]): string => `${Papa.unparse(rows, { newline: '\r\n' })}\r\n`

/**
 * Puts an apostrophe in front of a text that a spreadsheet would run as a formula (OWASP, "CSV Injection"). A text that
 * already looks guarded gets one more, so that `unguardFormula` always restores the original.
 */
export const guardFormula = (text: string): string => (/^'*[=+\-@\t\r]/.test(text) ? `'${text}` : text)

/** Removes the apostrophe that `guardFormula` added. */
export const unguardFormula = (text: string): string => (/^'+[=+\-@\t\r]/.test(text) ? text.slice(1) : text)
