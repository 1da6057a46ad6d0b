import type { Pieces } from './encoding'
import { type Attributes, walkXml } from './xml'

/** The look of a style or a run of text. A missing value is inherited from the base style. */
export interface Look {
  bold?: boolean
  /** In points. */
  size?: number
}

/** Word's default size. */
const DEFAULT_SIZE = 11
const HEADING_SIZE = 14
const MAX_BASES = 10
const MAX_STYLES = 10_000

/** Reads the look from a property of a run or a style (ECMA-376, 17.3.2.1 `b` and 17.3.2.38 `sz`, in half points). */
export function readLook(look: Look, name: string, attributes: Attributes): void {
  const value = attributes['w:val']
  if (name === 'w:b') look.bold = !/^(0|false|off|none)$/.test(value ?? '')
  if (name === 'w:sz' && Number(value) > 0) look.size = Number(value) / 2
}

/**
 * Reads `word/styles.xml` and returns a function from the id of a paragraph or run style to its look. Headings and
 * titles count as bold and large, whatever they look like.
 */
export function readStyles(bytes: Pieces | undefined): (id: string | undefined) => Look {
  const defaults: Look = { size: DEFAULT_SIZE }
  const styles = new Map<string, { look: Look; base?: string | undefined }>()
  let current: { look: Look; base?: string | undefined } = { look: defaults }
  let normal: Look = {}
  if (bytes)
    walkXml(bytes, {
      open(name, attributes) {
        const value = attributes['w:val'] ?? ''
        readLook(current.look, name, attributes)
        if (name === 'w:style') {
          current = { look: {} }
          if (styles.size < MAX_STYLES) styles.set(attributes['w:styleId'] ?? '', current)
          if (attributes['w:default'] === '1' && attributes['w:type'] === 'paragraph') normal = current.look
        }
        if (name === 'w:basedOn') current.base = value
        if (name === 'w:name' && /^(heading|title)/i.test(value))
          Object.assign(current.look, { bold: true, size: HEADING_SIZE })
      },
    })
  return (id) => {
    const looks: Look[] = []
    for (let style = styles.get(id ?? ''); style && looks.length < MAX_BASES; style = styles.get(style.base ?? ''))
      looks.unshift(style.look)
    return Object.assign({}, ...(id ? looks : [defaults, normal]))
  }
}
