import { describe, expect, test } from 'vitest'
import { prefixesOf, searchWords, wordsOf } from '../../src/prospects/words'

describe('words are runs of letters and digits, in one case and without accents', () => {
  test.each([
    ['José Nerúda', ['jose', 'neruda']],
    ['Jose\u0301 Neru\u0301da', ['jose', 'neruda']],
    ['ÅNGSTRÖM Çelik Ñandú', ['angstrom', 'celik', 'nandu']],
    ['Nguyễn Thị Ánh', ['nguyen', 'thi', 'anh']],
    ['Straße', ['strasse']],
    ['STRASSE', ['strasse']],
    ['STRAẞE', ['strasse']],
    ['İstanbul ISTANBUL', ['istanbul', 'istanbul']],
    ['ﬁn ＡＢＣ ①', ['fin', 'abc', '1']],
    ["O'Brien", ['o', 'brien']],
    ['O’Brien', ['o', 'brien']],
    ['Smith-Jones', ['smith', 'jones']],
    ['first_last', ['first', 'last']],
    ['Jean–Luc (Picard), Jr.', ['jean', 'luc', 'picard', 'jr']],
    ['Century 21 3M B2B', ['century', '21', '3m', 'b2b']],
    ['٣ Partners', ['٣', 'partners']],
    ['田中 太郎', ['田中', '太郎']],
    ['さくら・ハウス', ['さくら', 'ハウス']],
    ['Иван Петров', ['иван', 'петров']],
    ['R&D', ['r', 'd']],
    ['  twice \t twice\n', ['twice', 'twice']],
    ['😀', []],
    ['— !? … "%_*', []],
    ['', []],
  ])('%j: %j', (text, words) => {
    expect(wordsOf(text)).toEqual(words)
  })

  test.each([
    ['José', 'JOSE'],
    ['Straße', 'STRAẞE'],
    ['Οδυσσέας', 'ΟΔΥΣΣΕΑΣ'],
    ['Иван', 'ИВАН'],
    ['김민준', '김민준'.normalize('NFD')],
  ])('%s and %s are one word', (one, other) => {
    expect(wordsOf(one)).toEqual(wordsOf(other))
  })

  test.each([
    ['Straße', 'STRAS'],
    ['Straße', 'straß'],
    ['Οδυσσέας', 'Οδυσ'],
    ['Οδυσσέας', 'ΟΔΥΣΣ'],
    ['Nerúda', 'neru'],
    ['김민준', '김민'],
    ['田中太郎', '田中'],
  ])('%s begins with %s', (whole, beginning) => {
    expect(wordsOf(whole)[0]).toSatisfy((word: string) => word.startsWith(wordsOf(beginning)[0] as string))
  })
})

describe('a text filter searches prefixes', () => {
  test.each([
    ['jos ner', ['jos', 'ner']],
    ['ner jos', ['ner', 'jos']],
    ['a ann anna', ['anna']],
    ['Anna anna ANNA', ['anna']],
    ['ann joanna', ['joanna', 'ann']],
    ['al alfred bo', ['alfred', 'bo']],
    ['é e', ['e']],
    ['!?', []],
  ])('%j: %j, the longest first', (text, words) => {
    expect(prefixesOf(text)).toEqual(words)
  })
})

describe('a prospect is found by', () => {
  const nobody = { firstName: '😀', lastName: '-', title: null, company: null }

  test('the words of its name, title and company, each once and sorted', () => {
    expect(
      searchWords({ firstName: 'Zoë', lastName: 'de Zoe', title: 'Agent, senior agent', company: 'Acme' }),
    ).toEqual([
      ['c', 'acme'],
      ['n', 'de'],
      ['n', 'zoe'],
      ['t', 'agent'],
      ['t', 'senior'],
    ])
  })

  test('nothing, if there is no letter or digit', () => {
    expect(searchWords(nobody)).toEqual([])
  })

  test('the same word in several fields', () => {
    expect(searchWords({ ...nobody, firstName: 'Acme', title: 'Acme', company: 'Acme' })).toEqual([
      ['c', 'acme'],
      ['n', 'acme'],
      ['t', 'acme'],
    ])
  })
})
