/**
 * The entity tag (RFC 9110, section 8.8.3) of an object that has a version and shows names of the catalog. The tag changes
 * if either changes. `If-Match` compares only the version, because a rename in the catalog is not an edit of the object.
 */
export const etagOf = (version: number, catalogVersion: number): string => `"${version}-${catalogVersion}"`

/** Whether the caller already has this state, so that the response is a 304. */
export const matchesEtag = (ifNoneMatch: string | undefined, etag: string): boolean =>
  ifNoneMatch !== undefined && tagsIn(ifNoneMatch).some((tag) => tag === '*' || tag === etag)

/**
 * The versions that `If-Match` allows, or undefined if it allows any. A tag may also be a bare version. A tag of another
 * form becomes -1, a version that no object has.
 */
export function allowedVersions(ifMatch: string | undefined): number[] | undefined {
  const tags = ifMatch === undefined ? ['*'] : tagsIn(ifMatch)
  if (tags.includes('*')) return undefined
  return tags.map((tag) => Number(/^"?(\d+)(-\d+)?"?$/.exec(tag)?.[1] ?? -1))
}

/** Weak tags count as strong ones, because proxies weaken the tags of responses that they compress. */
const tagsIn = (header: string) => header.split(',').map((tag) => tag.trim().replace(/^W\//, ''))
