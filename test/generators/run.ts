// `npm run generators` generates a client from the OpenAPI document with each generator, compiles it, and runs a program
// that creates, lists, updates and deletes a prospect with it. `-- hey-api oapi-codegen` checks only these two. A generator
// is skipped where one of its tools is missing. Exit status: 1 if a generator failed.
import { execFile, spawnSync } from 'node:child_process'
import { cpSync, globSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { call, cleanUp, newFolder, startService } from '../e2e/service.ts'

interface Generator {
  version: string
  /** The commands that must be installed. */
  tools: string[]
  /** Where the script expects its program of `programs/`. */
  program: string
  /** Generates the client, compiles it and runs the program: bash, in a new folder that has only the program. */
  script: string
}

const ROOT = join(import.meta.dirname, '../..')
const OPERATOR = 'operator-of-the-generators'

/** Compiles and runs main.ts, with its client in `client`. Generated imports name no extension, so Node needs a bundle. */
const RUN_TYPESCRIPT = `
tsc --strict --noEmit --target es2024 --lib es2024,dom,dom.iterable --module esnext --moduleResolution bundler \
  --types node --typeRoots "$ROOT/node_modules/@types" main.ts
esbuild main.ts --bundle --platform=node --format=esm --log-level=warning --outfile=main.mjs
node main.mjs`

/** One language of openapi-generator. */
const openapiGenerator = (flags: string, { tools, program, script }: Omit<Generator, 'version'>): Generator => ({
  version: '7.23.0',
  tools: ['java', 'mvn', ...tools],
  program,
  script: `
mvn -q dependency:copy -Dartifact=org.openapitools:openapi-generator-cli:$VERSION -DoutputDirectory=.
java -jar openapi-generator-cli-$VERSION.jar generate -i "$DOCUMENT" ${flags}
${script}`,
})

const GENERATORS: Record<string, Generator> = {
  'hey-api': {
    version: '0.99.0',
    tools: [],
    program: 'main.ts',
    script: `
npx --yes -p @hey-api/openapi-ts@$VERSION -p typescript@5.9.3 openapi-ts -i "$DOCUMENT" -o client
${RUN_TYPESCRIPT}`,
  },
  'openapi-python-client': {
    version: '0.29.1',
    tools: ['python3'],
    program: 'main.py',
    script: `
python3 -m venv venv
venv/bin/pip install -q openapi-python-client==$VERSION
venv/bin/openapi-python-client generate --path "$DOCUMENT" --output-path client
venv/bin/pip install -q ./client
venv/bin/python main.py`,
  },
  'oapi-codegen': {
    version: '2.8.2',
    tools: ['go'],
    program: 'main.go',
    script: `
mkdir prospects
go mod init check
go run github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen@v$VERSION \
  -generate types,client,skip-prune -package prospects -o prospects/client.go "$DOCUMENT"
go get github.com/oapi-codegen/runtime@v1.9.0
go run .`,
  },
  'openapi-generator-typescript-fetch': openapiGenerator(
    '-g typescript-fetch -o client --reserved-words-mappings in=in',
    { tools: [], program: 'main.ts', script: RUN_TYPESCRIPT },
  ),
  'openapi-generator-python': openapiGenerator('-g python -o client', {
    tools: ['python3'],
    program: 'main.py',
    script: `
python3 -m venv venv
venv/bin/pip install -q ./client
venv/bin/python main.py`,
  }),
  'openapi-generator-go': openapiGenerator('-g go -o . --git-user-id example --git-repo-id prospects', {
    tools: ['go'],
    program: 'check/main.go',
    script: 'GOFLAGS=-mod=mod go run ./check',
  }),
  'openapi-generator-java': openapiGenerator('-g java -o .', {
    tools: [],
    program: 'src/main/java/check/RoundTrip.java',
    script: `
mvn -q compile dependency:copy-dependencies -DoutputDirectory=lib
java -cp 'target/classes:lib/*' check.RoundTrip`,
  }),
}

const isInstalled = (tool: string) => spawnSync('sh', ['-c', `command -v ${tool}`]).status === 0

/** Checks one generator, with an account of its own. Returns its outcome and, if it failed, what its script printed. */
async function check(name: string, origin: string): Promise<{ outcome: string; output?: string }> {
  const { version, tools, program, script } = GENERATORS[name] as Generator
  const missing = tools.find((tool) => !isInstalled(tool))
  if (missing) return { outcome: `skipped: no ${missing}` }
  const { json } = await call(origin, OPERATOR, 'POST', '/admin/accounts', { name })
  const folder = newFolder()
  const [source = ''] = globSync(join(import.meta.dirname, `programs/${name}.*`))
  cpSync(source, join(folder, program), { recursive: true })
  const environment = {
    ...process.env,
    PATH: `${ROOT}/node_modules/.bin:${process.env.PATH}`,
    ROOT,
    VERSION: version,
    DOCUMENT: join(ROOT, 'public/openapi.json'),
    PROSPECTS_URL: origin,
    PROSPECTS_KEY: json.apiKey.key,
  }
  const options = { cwd: folder, env: environment, maxBuffer: Number.POSITIVE_INFINITY }
  return promisify(execFile)('bash', ['-euc', script], options).then(
    () => ({ outcome: 'pass' }),
    ({ stdout, stderr }) => ({ outcome: 'FAIL', output: stdout + stderr }),
  )
}

const chosen = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(GENERATORS)
const unknown = chosen.find((name) => !GENERATORS[name])
if (unknown) {
  console.error(`There is no generator ${unknown}. There are: ${Object.keys(GENERATORS).join(', ')}.`)
  process.exit(2)
}
try {
  const { origin } = await startService(newFolder(), ['--no-seed', `--var=ADMIN_TOKEN:${OPERATOR}`])
  for (const name of chosen) {
    const { outcome, output } = await check(name, origin)
    console.log(name.padEnd(36), GENERATORS[name]?.version.padEnd(8), outcome)
    if (output === undefined) continue
    console.error(output.slice(-5000))
    process.exitCode = 1
  }
} finally {
  await cleanUp()
}
