import * as z from 'zod'
import { documentedAsArray, invalid, line, nameKey, patternWithout } from '../http/text'

/** How many characters the name of a label can have. */
export const MAX_LABEL_LENGTH = 64

/** How many labels a prospect can have. */
export const MAX_LABELS = 100

/** How many labels one field of a body can list, repeats and blanks included. */
const MAX_LABELS_GIVEN = 1000

/** The weight of a new label, as SQL: 56 random bits, so that the sum of the weights of 100 labels is an integer. */
export const LABEL_WEIGHT = 'random() & 0xffffffffffffff'

const label = line(MAX_LABEL_LENGTH)

/**
 * Splits a list of labels at commas, within the items of an array too. Names that differ only in case are one label, in
 * its first spelling.
 */
function splitLabels(given: string | string[], ctx: z.RefinementCtx): string[] {
  const found = new Map<string, string>()
  const items = [given].flat().map((item) => item.split(','))
  if (items.flat().length > MAX_LABELS_GIVEN) {
    ctx.addIssue({ code: 'custom', ...invalid('too_many', `Give at most ${MAX_LABELS_GIVEN} labels.`), input: given })
    return []
  }
  for (const [i, pieces] of items.entries()) {
    for (const piece of pieces) {
      const { success, data, error } = label.safeParse(piece)
      if (!success)
        for (const { message, code, ...issue } of error.issues)
          ctx.addIssue({
            code: 'custom',
            message,
            path: Array.isArray(given) ? [i] : [],
            input: given,
            ...('params' in issue && { params: issue.params }),
          })
      else if (data && !found.has(nameKey(data))) found.set(nameKey(data), data)
    }
  }
  return [...found.values()]
}

/**
 * Labels in a body: a text with commas, or an array of texts. The output is an array of names without repeats.
 */
export const labels = z
  .union([z.string(), z.array(z.string())], { message: 'This must be a string or an array of strings.' })
  .meta(documentedAsArray({ type: 'string', maxLength: MAX_LABEL_LENGTH, pattern: patternWithout(',') }, MAX_LABELS))
  .transform(splitLabels)
  .refine(
    (names) => names.length <= MAX_LABELS,
    invalid('too_many', `A prospect can have at most ${MAX_LABELS} labels.`),
  )
