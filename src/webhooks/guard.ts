/**
 * Names that mean this machine or a private network, never a public host: RFC 6761 (localhost), RFC 6762 (local, and in
 * its appendix G other names that networks use), RFC 8375 (home.arpa), and localdomain, which hosts files have.
 */
const PRIVATE_SUFFIXES = [
  '.localhost',
  '.local',
  '.intranet',
  '.internal',
  '.private',
  '.corp',
  '.home',
  '.lan',
  '.home.arpa',
  '.localdomain',
]

/**
 * Why no webhook may be sent to this URL, for people. Null if the URL is allowed. URLs are checked when they are registered
 * and again before each attempt. `URL.parse` turns every spelling of an IPv4 address (decimal, octal, hex, short) into dotted
 * decimals, and full-width characters into plain ones. `ownHost` is the host of the caller's request, and `PUBLIC_HOSTS`
 * lists all hosts of this service. Only `ALLOW_LOCAL_WEBHOOKS` (local dev) allows `localhost` and `127.0.0.1`.
 */
export function rejectUrl(
  text: string,
  { ALLOW_LOCAL_WEBHOOKS, PUBLIC_HOSTS }: Pick<Env, 'ALLOW_LOCAL_WEBHOOKS' | 'PUBLIC_HOSTS'>,
  ownHost?: string,
): string | null {
  const url = URL.parse(text)
  if (!url) return 'This is not a URL.'
  if (url.username || url.password) return 'A webhook URL cannot hold credentials.'
  const host = url.hostname.replace(/\.$/, '')
  const isLocal = host === 'localhost' || host === '127.0.0.1'
  if (ALLOW_LOCAL_WEBHOOKS === 'true' && isLocal && /^https?:$/.test(url.protocol)) return null
  if (url.protocol !== 'https:') return 'A webhook URL must be https.'
  if (url.port) return 'A webhook URL must use the default port.'
  if (host.startsWith('[') || /^\d+(\.\d+)*$/.test(host)) return 'A webhook URL must name a host, not an IP address.'
  if (
    !host.includes('.') ||
    host.startsWith('.') ||
    host.endsWith('.') ||
    PRIVATE_SUFFIXES.some((suffix) => `.${host}`.endsWith(suffix))
  )
    return 'A webhook URL must name a public host.'
  const ownHosts = (PUBLIC_HOSTS ?? '').toLowerCase().split(/[\s,]+/)
  if (host === ownHost || ownHosts.includes(host)) return 'A webhook URL cannot be this service itself.'
  return null
}

/** The host of a URL, with its port unless it is the default one. Returns a text that is not a URL unchanged. */
export const hostOf = (url: string): string => (URL.parse(url)?.host ?? url).replace(/\.(?=:|$)/, '')
