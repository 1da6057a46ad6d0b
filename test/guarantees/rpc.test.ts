import { exports } from 'cloudflare:workers'
import { hc } from 'hono/client'
import { expect, test } from 'vitest'
import type { AppType } from '../../src/app'
import { newAccount } from '../support/api'
import { described } from '../support/conformance'

test('Hono’s client has the types of routes, input and responses', async () => {
  const { key } = await newAccount()
  const { v1 } = hc<AppType>('https://api.example.com', {
    headers: { authorization: `Bearer ${key}` },
    fetch: async (input: RequestInfo | URL, init?: RequestInit) => {
      const request = new Request(input, init)
      return described(request, await exports.default.fetch(request))
    },
  })

  const created = await v1.prospects.$post({ json: { firstName: 'Ann', lastName: 'Lee', labels: 'Hot' } })
  expect(created.status).toBe(201)
  const { id, created: isNew, labels } = await created.json()
  expect([isNew, labels]).toEqual([true, ['Hot']])

  const list = await v1.prospects.$get({ query: { label: ['Hot', 'Cold'], limit: '10' } })
  const { prospects, totalCount } = await list.json()
  expect([prospects.map((p) => p.lastName), totalCount]).toEqual([['Lee'], 1])

  await v1.prospects[':id'].$patch({ param: { id }, json: { title: 'Agent' } })
  const found = await v1.prospects[':id'].$get({ param: { id } })
  expect(found.ok && (await found.json()).title).toBe('Agent')

  const stages = await v1.stages.$get({ query: { counts: 'true' } })
  expect((await stages.json()).items.map((stage) => stage.prospectCount)).toEqual([1, 0, 0, 0, 0])

  const hook = await (await v1.webhooks.$post({ json: { url: 'https://hooks.example.com/in' } })).json()
  const ping = await v1.webhooks[':id'].ping.$post({ param: { id: hook.id }, json: {} })
  const { id: deliveryId, eventType } = await ping.json()
  const redelivered = await v1.deliveries[':id'].redeliver.$post({ param: { id: deliveryId }, json: {} })
  expect([eventType, (await redelivered.json()).status]).toEqual(['ping', 'pending'])

  // @ts-expect-error a first name is a string
  expect((await v1.prospects.$post({ json: { firstName: 1, lastName: 'Lee' } })).status).toBe(400)
  // @ts-expect-error there is no such parameter
  expect((await v1.prospects.$get({ query: { lable: 'Hot' } })).status).toBe(400)
})
