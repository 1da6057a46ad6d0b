import { expect } from 'vitest'
import type { ApiResponse } from './api'

/** Expects a problem of this status and code, with the documented members and the `further` ones, and no others. */
export function expectProblem(answer: ApiResponse, status: number, code: string, further: string[] = []) {
  expect({ status: answer.status, ...answer.json }).toMatchObject({ status, code })
  expect(answer.headers.get('content-type')).toBe('application/problem+json')
  expect(answer.json.requestId).toBe(answer.headers.get('x-request-id'))
  expect(answer.json.title).toEqual(expect.stringMatching(/./))
  expect(answer.json.detail).toEqual(expect.stringMatching(/./))
  const members = ['type', 'title', 'status', 'detail', 'code', 'requestId', ...further]
  expect(Object.keys(answer.json).sort()).toEqual(members.sort())
}

/** The errors of a response, one line for each: part of the request, field and code. */
export const errorsOf = ({ json }: ApiResponse): string[] =>
  json.errors.map((e: Record<string, string>) => `${e.in} ${e.pointer} ${e.code}`).sort()
