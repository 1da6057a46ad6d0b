/** Makes an entry the newest in a map of at most `max` entries. If the map is full, removes the oldest entry. */
export function setNewest<T>(map: Map<string, T>, max: number, key: string, value: T): T {
  if (!map.delete(key) && map.size >= max) map.delete(map.keys().next().value ?? '')
  map.set(key, value)
  return value
}
