/**
 * Entity tags of things that have a version and show names of the catalog (RFC 9110, section 8.8.3): the tag changes
 * with either. `If-Match` compares the version alone, for a rename is nobody's edit.
 */
export const etagOf = (version: number, catalogVersion: number): string => `"${version}-${catalogVersion}"`

/** Whether the caller has this very state already: the answer is a 304. */
export const isKnown = (ifNoneMatch: string | undefined, etag: string): boolean =>
  ifNoneMatch !== undefined && tagsIn(ifNoneMatch).some((tag) => tag === '*' || tag === etag)

/**
 * The versions that `If-Match` lets through; undefined: any. A bare version will do for a tag, and a tag that is none of
 * ours is a version that never is.
 */
export function versionsIn(ifMatch: string | undefined): number[] | undefined {
  const tags = ifMatch === undefined ? ['*'] : tagsIn(ifMatch)
  if (tags.includes('*')) return undefined
  return tags.map((tag) => Number(/^"?(\d+)(-\d+)?"?$/.exec(tag)?.[1] ?? -1))
}

/** Weak tags count as strong ones: proxies weaken those that they compress. */
const tagsIn = (header: string) => header.split(',').map((tag) => tag.trim().replace(/^W\//, ''))
