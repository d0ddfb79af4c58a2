/**
 * Lines of those who wait, one for each key, served in turn: however long one line is, the next key's first is served after
 * one of it. Within a line, whoever came first is first.
 */
export class FairQueue<Key, Item> {
  /** In the order of their turns. A line that was served goes to the end; one without items is not kept. */
  readonly #lines = new Map<Key, Item[]>()
  #size = 0

  get size (): number {
    return this.#size
  }

  /** How many wait for a key. */
  sizeOf (key: Key): number {
    return this.#lines.get(key)?.length ?? 0
  }

  /** Whether anyone waits whose key may be served. */
  some (mayServe: (key: Key) => boolean): boolean {
    for (const key of this.#lines.keys()) if (mayServe(key)) return true
    return false
  }

  push (key: Key, item: Item): void {
    const line = this.#lines.get(key)
    if (line === undefined) this.#lines.set(key, [item])
    else line.push(item)
    this.#size++
  }

  /** Takes the first of the next line whose key may be served. */
  shift (mayServe: (key: Key) => boolean): Item | undefined {
    for (const [key, line] of this.#lines) {
      if (!mayServe(key)) continue
      const item = line.shift()
      this.#size--
      this.#lines.delete(key)
      if (line.length > 0) this.#lines.set(key, line)
      return item
    }
    return undefined
  }

  /** Takes out one who has given up. */
  remove (key: Key, item: Item): void {
    const line = this.#lines.get(key) ?? []
    const position = line.indexOf(item)
    if (position === -1) return
    line.splice(position, 1)
    this.#size--
    if (line.length === 0) this.#lines.delete(key)
  }
}
