// Generates src/text/pdfjs.js: pdf.js, as unpdf builds it for Workers, with a budget. A PDF of a few kilobytes can
// unpack to gigabytes, or draw a form 2^30 times. pdf.js has no limits, and a Worker has no clock to stop it by. So
// these patches count the work where all of it must pass, and stop it when the budget is spent.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

const PATCHES = {
  'room for what a filter unpacks': [
    /(ensureBuffer\((\w+)\)\{let (\w+)=this\.buffer;if\(\2<=\3\.byteLength\)return \3;)/g,
    '$1spend(4*$2);',
  ],
  // The platform would unpack all of the input before the first byte is requested.
  'what the platform unpacks': [
    /(asyncGetBytesFromDecompressionStream\(\w+\)\{[^{}]*try\{)(?=let\{)/g,
    '$1throw Error("Not by the platform.");',
  ],
  // pdf.js's own Brotli decoder cannot stop half-way. No resume uses Brotli yet.
  'what is packed in Brotli': [
    /(readBlock\(\)\{)(?=let \w+=this\.stream\.getBytes\(\),\w+=\w+\(new Int8Array\()/g,
    '$1spend(Infinity);',
  ],
  'the next operator or operand': [/(read\((\w+)\)\{let \w+=\2\.args;for\(;;\)\{)/g, '$1spend(128);'],
  // Returns the end of the file. A loop over tokens would catch an error and ask for the same token again.
  'the next token': [
    /(getObj\(\)\{)(?=let \w+=!1,(\w+)=this\.currentChar;for\(;;\)\{if\(\2<0\)return (\w+);)/g,
    '$1if((budget.left-=128)<0)return $3;',
  ],
  'a dictionary': [/(case`<<`:)(?=let \w+=new \w+\(this\.xref\);)/g, '$1spend(512);'],
  'a character of a string': [
    /(?<=break\}break;default:(\w+)\.push\(String\.fromCharCode\(\w+\)\);break\})(?=if\(\w+\)break;\w+\|\|\(\w+=this\.nextChar\(\)\)\}return \1\.join)/g,
    'spend(64);',
  ],
  'a character of a string in hexadecimal': [
    /(===-1\?(\w+)=\w+:\()(?=\w+\.push\(String\.fromCharCode\(\2<<4\|\w+\)\),\2=-1\))/g,
    '$1spend(64),',
  ],
  'a character of a name': [
    /(getName\(\)\{let (\w+),\w+,\w+=this\.strBuf;for\(\w+\.length=0;\(\2=this\.nextChar\(\)\)>=0&&!\w+\[\2\];)(?=\))/g,
    '$1spend(64)',
  ],
  'where an object is': [/(?<=\})(?=let (\w+)=\{\};switch\(\1\.offset=\w+,\1\.gen=)/g, 'spend(256);'],
  'what a damaged file has in a line': [
    /(function readToken\(\w+,\w+\)\{let (\w+)=``[^{}]*;for\(;)(?=\w+!==10&&)/g,
    '$1$2.length<128&&',
  ],
  'the next line of a damaged file': [/(?=let \w+=readToken\(\w+,\w+\),\w+;if\()/g, 'spend(512);'],
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
for (const [what, [pattern, replacement]] of Object.entries(PATCHES)) {
  if (source.match(pattern)?.length !== 1) throw new Error(`pdf.js has changed where it reads ${what}`)
  source = source.replace(pattern, replacement)
}
const target = join(import.meta.dirname, '../src/text/pdfjs.js')
if (!existsSync(target) || readFileSync(target, 'utf8') !== source + BUDGET) writeFileSync(target, source + BUDGET)
