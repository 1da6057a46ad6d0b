import { createApiDocument } from '../../src/openapi/document'
import { mountedRoutes } from '../../src/openapi/mounted'

const files = import.meta.glob<string>('../../docs/api/*.md', { query: '?raw', import: 'default', eager: true })
const guides = Object.fromEntries(
  Object.entries(files).map(([path, text]) => [path.split('/').at(-1)?.replace('.md', '') ?? '', text]),
)

/** The document of an app, as `npm run openapi` makes it. */
export const createDocumentOf = (app: Parameters<typeof mountedRoutes>[0]) =>
  createApiDocument(mountedRoutes(app), guides)
