// The types of pdfjs.js, which scripts/pdfjs.mjs generates.
export * from 'unpdf/pdfjs'

/**
 * The work that pdf.js may still do, in bytes or their equivalent. pdf.js stops when `left` is below 0.
 *
 * Costs: an unpacked byte 4, because it is copied; a token 128; an operator or operand 128 more; a dictionary 512 more;
 * a character of a string or a name 64; a form 8192; the position of an object 256; a character or a width in a font's
 * tables 16; a saved graphics state 16 for each that is saved already.
 */
export const budget: { left: number }
