import { foldCase } from '../http/text'

/** A heading without case, accents, spaces and punctuation: "E-mail", "e_mail" and "Ẽ mail" are all `email`. */
export const keyOf = (heading: string): string =>
  foldCase(heading.normalize('NFD').replaceAll(/\p{M}/gu, '')).replaceAll(/[^\p{L}\p{N}]/gu, '')
