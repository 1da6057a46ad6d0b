// What scripts/pdfjs.mjs writes.
export * from 'unpdf/pdfjs'

/**
 * What pdf.js may still do and hold, in bytes or what takes as long. A byte that it unpacks costs 4, for it is copied; a
 * token 128, an operator or operand 128 more, a dictionary 512 more, a character of a string or a name 64; a form 8192, an
 * object's place 256, a character or a width in a font's tables 16, a state kept 16 for each that is kept already. It
 * ends what it is at once this is below 0.
 */
export const budget: { left: number }
