import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { call, cleanUp, migratedFolder, OPERATOR, type Service, startBuilt, until } from './service'

const SEEN = join(import.meta.dirname, '../../packages/resume-parser/corpus/seen')

afterAll(cleanUp)

test('a resume is read, and stored byte for byte, also if every process is killed right after the upload', async () => {
  const folder = migratedFolder()
  let service: Service = await startBuilt(folder)
  const { key } = (await call(service.origin, OPERATOR, 'POST', '/admin/accounts', { name: 'Acme' })).json.apiKey
  const api = (method: string, path: string, body?: unknown) => call(service.origin, key, method, path, body)
  const resumeOf = (id: string) => `${service.origin}/v1/prospects/${id}/resume`
  const authorization = `Bearer ${key}`
  const upload = async (file: string, type: string) => {
    const { id } = (await api('POST', '/v1/prospects', { firstName: 'Given', lastName: 'Name' })).json
    const headers = { authorization, 'content-type': type }
    const { status } = await fetch(resumeOf(id), { method: 'PUT', headers, body: readFileSync(join(SEEN, file)) })
    expect(status).toBe(200)
    return { id, file, truth: JSON.parse(readFileSync(join(SEEN, file.replace(/\w+$/, 'json')), 'utf8')) }
  }
  const isRead = ({ id }: { id: string }) =>
    until('the resume to be read', async () => {
      await service.tick()
      const { json } = await api('GET', `/v1/prospects/${id}`)
      return json.resume.status !== 'processing' && json
    })
  const expectKept = async ({ id, file }: { id: string; file: string }) => {
    const bytes = await (await fetch(resumeOf(id), { headers: { authorization } })).arrayBuffer()
    expect(Buffer.from(bytes).equals(readFileSync(join(SEEN, file)))).toBe(true)
  }
  const expectRight = async (uploaded: Awaited<ReturnType<typeof upload>>) => {
    const { id, file, truth } = uploaded
    const { email, phone, resume } = await isRead(uploaded)
    expect([resume.status, email, phone]).toEqual(['parsed', truth.emails[0], truth.phones[0]])
    await expectKept({ id, file })
  }

  await expectRight(await upload('anastasia-volkova.pdf', 'application/pdf'))
  const word = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'
  await expectRight(await upload('darnell-whitaker.docx', word))

  const late = await upload('brandon-ocampo.pdf', 'application/pdf')
  await service.kill()
  service = await startBuilt(folder)
  // if it was being read during the kill, it is read again after two minutes; otherwise at once
  expect(['processing', 'parsed']).toContain((await api('GET', `/v1/prospects/${late.id}`)).json.resume.status)
  await expectKept(late)
})
