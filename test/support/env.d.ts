declare namespace Cloudflare {
  interface Env {
    // Set in vitest.config.ts.
    /** A database without tables. */
    OLD_DB: D1Database
    /** For tests of several databases, which bind them to the Worker. */
    SECOND_DB: D1Database
    THIRD_DB: D1Database
    FUZZ_CASES: string
    FUZZ_SEED: string
    MIGRATIONS: import('cloudflare:test').D1Migration[]
  }
}

declare module '*?raw' {
  const text: string
  export default text
}
