import { describe, expect, test } from 'vitest'
import { rejectUrl } from '../../src/webhooks/guard'
import wrangler from '../../wrangler.toml?raw'
import { HOSTILE_HOSTS, HOSTILE_URLS } from '../support/hostile-urls'

const HOSTILE = [
  ...HOSTILE_HOSTS.map((host) => `https://${host}/`),
  ...HOSTILE_URLS,
  // the service itself, by the name in the request and by those in its configuration
  'https://api.example.com/v1/prospects',
  'https://API.example.com./',
  'https://ａpi.example.com/',
  'https://eu.example.com/',
  'https://EU.EXAMPLE.COM./',
  'https://other.example.net/',
]

const LOCAL = [
  'http://localhost/',
  'http://localhost:3000/hook',
  'http://LOCALHOST:3000/',
  'http://localhost.:3000/',
  'https://localhost:8443/',
  'http://127.0.0.1:9/',
  'http://127.1/',
]

const ALWAYS_REJECTED_LOCAL = [
  'http://user:secret@localhost/',
  'ftp://localhost/',
  'http://a.localhost/',
  'http://127.0.0.2/',
  'http://0.0.0.0/',
  'http://10.0.0.1/',
  'http://192.168.0.1/',
  'http://169.254.169.254/',
  'http://[::1]/',
  'http://localhost.example.com/',
]

const GOOD = [
  'https://example.com',
  'https://example.com/hooks?tenant=1#top',
  'https://EXAMPLE.com:443/',
  'https://hooks.example.co.uk/',
  'https://example.com./',
  'https://münchen.example.org/',
  'https://xn--mnchen-3ya.example.org/',
  'https://123.example.com/',
  'https://1.2.3.4.example.com/',
  'https://localhost.example.com/',
  'https://local.internal.example.com/',
  'https://mylocal.example/',
  'https://mylan.example.com/',
  'https://lan.example.com/',
  'https://home.arpa.example.com/',
  'https://myhome.arpa/',
  'https://www.api.example.com/',
]

const LOCAL_HOSTS = /^https?:\/\/(localhost|127\.0\.0\.1)\.?(:|\/|$)/

describe.each([false, true])('with local endpoints allowed: %s', (allowLocal) => {
  const refuse = (url: string) =>
    rejectUrl(
      url,
      { ALLOW_LOCAL_WEBHOOKS: String(allowLocal), PUBLIC_HOSTS: 'EU.example.com, other.example.net' },
      'api.example.com',
    )
  const isLocal = (url: string) => LOCAL_HOSTS.test(URL.parse(url)?.href ?? '')

  test.each(HOSTILE.filter((url) => !allowLocal || !isLocal(url)))('%s is rejected', (url) => {
    expect(refuse(url)).toEqual(expect.stringMatching(/./))
  })

  test.each(ALWAYS_REJECTED_LOCAL)('%s is rejected', (url) => {
    expect(refuse(url)).toEqual(expect.stringMatching(/./))
  })

  test.each(GOOD)('%s may be registered', (url) => {
    expect(refuse(url)).toBeNull()
  })

  test.each(LOCAL)(`%s ${allowLocal ? 'may be registered' : 'is rejected'}`, (url) => {
    expect(refuse(url) === null).toBe(allowLocal)
  })
})

test('the deployed Worker cannot reach private addresses, whatever public name they have', () => {
  expect(wrangler).toMatch(/^compatibility_flags = \[.*"global_fetch_strictly_public"/m)
})
