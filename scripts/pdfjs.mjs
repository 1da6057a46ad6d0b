// Writes src/resumes/text/pdfjs.js: pdf.js as unpdf builds it for Workers, with a budget. A few kilobytes of PDF can unpack
// to gigabytes or draw a form two to the thirtieth times, a Worker has no clock to stop it by, and pdf.js counts
// nothing: so what it unpacks, reads and fills in is counted where all of it must pass, and ends when the budget does.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

const PLACES = {
  'room for what a filter unpacks': [
    /(ensureBuffer\((\w+)\)\{let (\w+)=this\.buffer;if\(\2<=\3\.byteLength\)return \3;)/g,
    '$1spend($2);',
  ],
  // It would unpack all that it is given before it is asked for the first byte.
  'what the platform unpacks': [
    /(asyncGetBytesFromDecompressionStream\(\w+\)\{[^{}]*try\{)(?=let\{)/g,
    '$1throw Error("Not by the platform.");',
  ],
  // Nor does its own Brotli stop half-way. No resume is packed in it yet.
  'what is packed in Brotli': [
    /(readBlock\(\)\{)(?=let \w+=this\.stream\.getBytes\(\),\w+=\w+\(new Int8Array\()/g,
    '$1spend(Infinity);',
  ],
  'the next operator or operand': [/(read\((\w+)\)\{let \w+=\2\.args;for\(;;\)\{)/g, '$1spend(256);'],
  'a state to come back to': [
    /(save\(\)\{)(?=let \w+=this\.state;this\.stateStack\.push)/g,
    '$1spend(16*this.stateStack.length);',
  ],
  'a page, a form or a glyph': [/(async getOperatorList\(\{stream:\w+,[^{}]*\}\)\{)/g, '$1spend(8192);'],
  'a range of characters': [/(mapBfRange\((\w+),(\w+),\w+\)\{)(?=if\()/g, '$1spend(16*($3-$2));'],
  'a range of glyphs': [/(mapCidRange\((\w+),(\w+),\w+\)\{)(?=if\()/g, '$1spend(16*($3-$2));'],
  'a range of widths': [
    /(!=`number`\)continue;)(?=for\(let (\w+)=(\w+);\2<=(\w+);\2\+\+\)\w+\[\2\]=\w+\}else break)/g,
    '$1spend(16*($4-$3));',
  ],
}
const BUDGET = `
export const budget={left:Infinity};
function spend(amount){if(amount>0&&(budget.left-=amount)<0)throw Error("The budget is spent.")}`

const unpdf = dirname(createRequire(import.meta.url).resolve('unpdf'))
let source = readFileSync(join(unpdf, 'pdfjs.mjs'), 'utf8')
for (const [what, [place, counted]] of Object.entries(PLACES)) {
  if (source.match(place)?.length !== 1) throw new Error(`pdf.js has changed where it reads ${what}`)
  source = source.replace(place, counted)
}
const target = join(import.meta.dirname, '../src/resumes/text/pdfjs.js')
if (!existsSync(target) || readFileSync(target, 'utf8') !== source + BUDGET) writeFileSync(target, source + BUDGET)
