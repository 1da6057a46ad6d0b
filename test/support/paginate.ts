import type { ApiResponse } from './api'

/** Reads all pages of a list. `get` requests a path, such as `account.get`. */
export async function paginate<T = Record<string, unknown>>(
  get: (path: string) => Promise<ApiResponse>,
  path: string,
  limit: number,
): Promise<T[][]> {
  const pages: T[][] = []
  for (let token: string | null = ''; token !== null; ) {
    const { status, text, json }: ApiResponse = await get(`${path}?limit=${limit}${token && `&pageToken=${token}`}`)
    if (status !== 200 || pages.length === 1000) throw new Error(`page ${pages.length} of ${path}: ${status} ${text}`)
    pages.push(json.items)
    token = json.nextPageToken
  }
  return pages
}
