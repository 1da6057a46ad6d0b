import { defineConfig } from 'drizzle-kit'

export default defineConfig({
  dialect: 'sqlite',
  schema: ['./src/db/schema.ts', './src/db/outbox.ts', './src/db/files.ts'],
  out: './drizzle',
  casing: 'snake_case',
})
