import { parseArgs } from 'node:util'

/**
 * Splits the command line into a script's own flags and those of wrangler.
 *
 * `own` and `shared` are options as `parseArgs` takes them. The values of both are returned as `flags`. `forWrangler` has
 * every argument except the own flags. Ends the process if an own flag lacks its value.
 */
export function readFlags(own, shared = {}) {
  const { values: flags, tokens } = parseArgs({ options: { ...own, ...shared }, strict: false, tokens: true })
  const ownTokens = tokens.filter((token) => token.kind === 'option' && token.name in own)
  const incomplete = ownTokens.find(({ name, value }) => value === undefined && own[name].type === 'string')
  if (incomplete) {
    console.error(`--${incomplete.name} needs a value.`)
    process.exit(1)
  }
  const taken = ownTokens.flatMap(({ index, inlineValue }) => (inlineValue === false ? [index, index + 1] : index))
  return { flags, forWrangler: process.argv.slice(2).filter((_, index) => !taken.includes(index)) }
}
