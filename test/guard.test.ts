import { describe, expect, test } from 'vitest'
import { refuseUrl } from '../src/webhooks/guard'

const HOSTILE = [
  // IPv4, however it is written
  'https://127.0.0.1/',
  'https://8.8.8.8/',
  'https://127.1/',
  'https://2130706433/',
  'https://0x7f000001/',
  'https://0x7f.0.0.1/',
  'https://0177.0.0.1/',
  'https://017700000001/',
  'https://10.0.0.1./',
  'https://169.254.169.254/latest/meta-data/',
  'https://0/',
  'https://127%2e0%2e0%2e1/',
  'https://１２７.０.０.１/',
  'https://①②⑦.⓪.⓪.①/',
  'https://127。0。0。1/',
  'https://1.2.3.4.5/',
  'https://256.256.256.256/',
  // IPv6
  'https://[::1]/',
  'https://[::]/',
  'https://[::ffff:127.0.0.1]/',
  'https://[0:0:0:0:0:ffff:7f00:1]/',
  'https://[2606:4700::1111]/',
  'https://[fe80::1%25eth0]/',
  // names of ours
  'https://localhost/',
  'https://LOCALHOST./',
  'https://loc\u00adalhost/',
  'https://%6c%6fcalhost/',
  'https://ｌｏｃａｌｈｏｓｔ/',
  'https://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ/',
  'https://intranet/',
  'https://intranet./',
  'https://com/',
  'https://printer.local/',
  'https://printer.LOCAL./',
  'https://printer.local../',
  'https://printer.ｌｏｃａｌ/',
  'https://printer。local/',
  'https://metadata.google.internal/',
  'https://a.b.internal./',
  'https://a.localhost/',
  'https://.local/',
  'https://.example.com/',
  'https://./',
  'https://../',
  // the service itself
  'https://api.example.com/v1/prospects',
  'https://API.example.com./',
  'https://ａpi.example.com/',
  // what is not https on its port, or holds credentials
  'http://example.com/',
  'ftp://example.com/',
  'file:///etc/passwd',
  'javascript:alert(1)',
  'data:text/plain,x',
  'wss://example.com/',
  'https://example.com:8443/',
  'https://example.com:80/',
  'https://user@example.com/',
  'https://user:secret@example.com/',
  'https://:secret@example.com/',
  'https://example.com@127.0.0.1/',
  // what is no URL
  '',
  'example.com',
  '//example.com/',
  '/hook',
  'https://',
  'https:///',
  'https://exa mple.com/',
  'https://example.com:99999/',
  'https://xn--a/',
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

const ALWAYS_REFUSED_LOCAL = [
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
  'https://www.api.example.com/',
]

const LOCAL_HOSTS = /^https?:\/\/(localhost|127\.0\.0\.1)\.?(:|\/|$)/

describe.each([false, true])('with local endpoints allowed: %s', (allowLocal) => {
  const refuse = (url: string) =>
    refuseUrl(url, { ALLOW_LOCAL_WEBHOOKS: String(allowLocal), PUBLIC_HOSTS: '' }, 'api.example.com')
  const isLocal = (url: string) => LOCAL_HOSTS.test(URL.parse(url)?.href ?? '')

  test.each(HOSTILE.filter((url) => !allowLocal || !isLocal(url)))('%s is refused', (url) => {
    expect(refuse(url)).toEqual(expect.stringMatching(/./))
  })

  test.each(ALWAYS_REFUSED_LOCAL)('%s is refused', (url) => {
    expect(refuse(url)).toEqual(expect.stringMatching(/./))
  })

  test.each(GOOD)('%s may be registered', (url) => {
    expect(refuse(url)).toBeNull()
  })

  test.each(LOCAL)(`%s ${allowLocal ? 'may be registered' : 'is refused'}`, (url) => {
    expect(refuse(url) === null).toBe(allowLocal)
  })
})
