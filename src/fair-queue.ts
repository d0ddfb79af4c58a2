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

  /** The first of each line, in the order of their turns. */
  * firsts (): Generator<[key: Key, first: Item]> {
    for (const [key, line] of this.#lines) yield [key, line[0] as Item]
  }

  /** All who wait. */
  items (): Item[] {
    return [...this.#lines.values()].flat()
  }

  push (key: Key, item: Item): void {
    const line = this.#lines.get(key)
    if (line === undefined) this.#lines.set(key, [item])
    else line.push(item)
    this.#size++
  }

  /** Takes one out: one that was served, or has given up. The rest of its line has its next turn after all others. */
  remove (key: Key, item: Item): void {
    const line = this.#lines.get(key) ?? []
    const position = line.indexOf(item)
    if (position === -1) return
    line.splice(position, 1)
    this.#size--
    if (position > 0) return
    this.#lines.delete(key)
    if (line.length > 0) this.#lines.set(key, line)
  }
}
