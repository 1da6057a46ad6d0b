declare namespace Cloudflare {
  interface Env {
    /** Set in vitest.config.ts. */
    MIGRATIONS: import('cloudflare:test').D1Migration[]
  }
}
