// What scripts/pdfjs.mjs writes.
export * from 'unpdf/pdfjs'

/**
 * What pdf.js may still do. A byte that it unpacks costs 1, an operator or operand 256, a form 8192, a character or a
 * width in a font's tables 16, a state kept 16 for each that is kept already. It ends what it is at once this is below 0.
 */
export const budget: { left: number }
