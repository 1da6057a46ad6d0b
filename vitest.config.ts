import './scripts/assets.mjs'
import { cloudflareTest, readD1Migrations } from '@cloudflare/vitest-plugin'
import { defineConfig } from 'vitest/config'

const worker = cloudflareTest(async () => ({
  wrangler: { configPath: './wrangler.toml' },
  miniflare: {
    compatibilityFlags: ['nodejs_compat'],
    d1Databases: { OLD_DB: 'old', SECOND_DB: 'second', THIRD_DB: 'third' },
    bindings: {
      ADMIN_TOKEN: 'operator-of-the-tests',
      ENCRYPTION_KEY: `1.${btoa('0123456789abcdef0123456789abcdef')}`,
      ALLOW_LOCAL_WEBHOOKS: 'true',
      RATE_LIMITS: 'off',
      LOG_LEVEL: 'error',
      FUZZ_CASES: process.env.FUZZ_CASES ?? '500',
      FUZZ_SEED: process.env.FUZZ_SEED ?? '1',
      MIGRATIONS: await readD1Migrations('./drizzle'),
    },
  },
}))

// what `npm run test:fast` leaves out; vitest ignores `--exclude` for projects
const slow = ['test/{fuzz,guarantees}/**', 'test/imports/heavy.test.ts']

export default defineConfig({
  test: {
    // one more than the processors of a small machine: the end-to-end tests wait most of their time
    maxWorkers: 3,
    projects: [
      {
        plugins: [worker],
        test: {
          name: 'workerd',
          isolate: false,
          include: ['test/**/*.test.ts', 'packages/*/test/*.test.ts'],
          exclude: ['test/e2e/**', ...(process.env.ONLY_FAST ? slow : [])],
          setupFiles: ['test/support/setup.ts'],
          testTimeout: 30_000,
          hookTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/*.test.ts'],
          globalSetup: ['test/e2e/global-setup.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
})
