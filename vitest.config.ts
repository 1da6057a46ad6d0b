import './scripts/assets.mjs'
import { cloudflareTest, readD1Migrations } from '@cloudflare/vitest-plugin'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

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

// `npm run test:fast` leaves out these files, and tests with the tag `scale`; vitest ignores `--exclude` for projects
const slow = ['test/{fuzz,guarantees}/**', 'test/imports/heavy.test.ts']

/** The files that take longest. The others follow, larger files first. */
const LONGEST = [
  ...['soak', 'deploy', 'chaos', 'imports', 'resumes-heap', 'docs', 'hostile-receivers'].map((name) => `e2e/${name}`),
  ...['http/held-bodies', 'guarantees/walls', 'guarantees/queries'],
]

/** Starts the longest files of a project first, so that none of them runs alone at the end. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]) {
    const rank = ({ moduleId }: TestSpecification) => {
      const found = LONGEST.findIndex((name) => moduleId.endsWith(`/test/${name}.test.ts`))
      return found < 0 ? LONGEST.length : found
    }
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b))
  }
}

export default defineConfig({
  test: {
    // twice the processors of a small machine: the end-to-end tests wait half of their time, the others never
    maxWorkers: process.env.ONLY_FAST ? '100%' : 4,
    sequence: { sequencer: LongestFirst },
    tags: [{ name: 'scale', description: 'thousands of rows, many callers at once, or a long time', timeout: 120_000 }],
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
