import { describe, expect, test } from 'vitest'
import { parsePhone } from '../../src/prospects/phone'

describe('a valid phone in any format is stored as E.164', () => {
  test.each([
    ['US', '+12125550123', '2125550123'],
    ['US', '+12125550123', '212-555-0123'],
    ['US', '+12125550123', '(212) 555-0123'],
    ['US', '+12125550123', '212.555.0123'],
    ['US', '+12125550123', '212/555/0123'],
    ['US', '+12125550123', '212–555–0123'],
    ['US', '+12125550123', '212\u00a0555\u00a00123'],
    ['US', '+12125550123', '1 212 555 0123'],
    ['US', '+12125550123', '12125550123'],
    ['US', '+12125550123', '+1 (212) 555-0123'],
    ['US', '+12125550123', '＋１ ２１２ ５５５ ０１２３'],
    ['US', '+12125550123', '011 1 212 555 0123'],
    ['US', '+442079460958', '+44 20 7946 0958'],
    ['US', '+442079460958', '+44 (0)20 7946 0958'],
    ['US', '+442079460958', '011 44 20 7946 0958'],
    ['US', '+18765550123', '876 555 0123'],
    ['CA', '+14165550123', '416-555-0123'],
    ['CA', '+12125550123', '212-555-0123'],
    ['JM', '+18765550123', '876-555-0123'],
    ['GB', '+442079460958', '020 7946 0958'],
    ['GB', '+442079460958', '(020) 7946 0958'],
    ['GB', '+447400123456', '07400 123456'],
    ['GB', '+12125550123', '001 212 555 0123'],
    ['GB', '+12125550123', '+1 212 555 0123'],
    ['DE', '+4930123456', '030 123456'],
    ['DE', '+4915123456789', '0151 / 23456789'],
    ['FR', '+33123456789', '01 23 45 67 89'],
    ['AU', '+61412345678', '0412 345 678'],
    ['IT', '+390669812345', '06 698 12345'],
    ['BR', '+5511912345678', '(11) 91234-5678'],
    ['JP', '+819012345678', '090-1234-5678'],
    ['MX', '+525512345678', '55 1234 5678'],
    ['IN', '+919876543210', '098765 43210'],
  ])('%s: %s is %j', (country, e164, text) => {
    expect(parsePhone(text, country)).toEqual({ e164, warning: null })
  })
})

describe('an invalid number is rejected, and the warning quotes it', () => {
  test.each([
    ['US', '112-555-1234', 'an area code that starts with 1'],
    ['US', '012-555-1234', 'an area code that starts with 0'],
    ['US', '(012) 555-1234', 'an area code that starts with 0'],
    ['US', '212-155-1234', 'an exchange that starts with 1'],
    ['US', '212-055-1234', 'an exchange that starts with 0'],
    ['US', '+1 212 155 1234', 'an exchange that starts with 1, with the country code'],
    ['CA', '416-155-1234', 'an exchange that starts with 1, in Canada'],
    ['JM', '876-055-1234', 'an exchange that starts with 0, in Jamaica'],
    ['US', '787-155-1234', 'an exchange that starts with 1, in Puerto Rico'],
    ['GB', '+1 809 055 1234', 'an exchange that starts with 0, in the Dominican Republic, from abroad'],
    ['GB', '+1 112 555 1234', 'an area code that starts with 1, from abroad'],
    ['US', '+1 555 123 4567', 'an area code that does not exist'],
    ['US', '001 212 555 0123', 'another country’s prefix for calls abroad'],
    ['US', '555-0123', 'no area code'],
    ['US', '212 555 012', 'a digit too few'],
    ['US', '212 555 01234', 'a digit too many'],
    ['GB', '212-555-0123', 'another country’s number without its code'],
    ['US', '020 7946 0958', 'another country’s number without its code'],
    ['US', '+999 123 4567', 'a country code that does not exist'],
    ['US', '911', 'a short code'],
    ['US', '0', 'one digit'],
    ['US', '+', 'a sign alone'],
    ['US', '-', 'a dash alone'],
    ['US', 'call me', 'words'],
    ['US', 'call 212-555-0123', 'a number inside a sentence'],
    ['US', '212-555-0123 or so', 'a number with words behind it'],
    ['US', '+1 212 555 0123 / +1 646 555 0199', 'two numbers'],
    ['US', '212😀5550123', 'an emoji between digits'],
    ['US', '"quoted"', 'quotes'],
    ['US', '9'.repeat(100), 'a hundred digits'],
  ])('%s: %j, %s', (country, text) => {
    const { e164, warning } = parsePhone(text, country)
    expect(e164).toBeNull()
    expect(warning).toContain(JSON.stringify(text))
  })
})

describe('an extension is dropped, with a warning', () => {
  test.each(['212-555-0123 x45', '212-555-0123 ext. 45', '212-555-0123 extension 45', '+12125550123;ext=45'])(
    '%j',
    (text) => {
      const { e164, warning } = parsePhone(text, 'US')
      expect(e164).toBe('+12125550123')
      expect(warning).toMatch(/extension/i)
      expect(warning).toContain(JSON.stringify(text))
    },
  )

  test('an invalid number with an extension is rejected', () => {
    expect(parsePhone('212-155-1234 x45', 'US').e164).toBeNull()
  })
})
