import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { startObserved } from '../programs.ts'
import type { MemoryUse } from './memory.ts'
import type { Tally } from './tally.ts'

/** What a server that is told to stop may take for what it has begun. */
const mostStopMs = 15_000

/** The server from its start to its end. */
export class ServerLife {
  readonly port: number
  readonly memory: MemoryUse[] = []
  readonly #child: ChildProcess
  readonly #tally: Tally
  readonly #began = performance.now()
  #isWanted = true

  private constructor (child: ChildProcess, port: number, tally: Tally, output: () => string) {
    this.#child = child
    this.port = port
    this.#tally = tally
    child.once('close', (code, signal) => { if (this.#isWanted) this.#crashed(`the server ended with ${String(code ?? signal)}: ${output().slice(-2000)}`) })
  }

  /** @throws {Error} with what it said, where it does not start */
  static async start (settings: Record<string, string>, tally: Tally): Promise<ServerLife> {
    const child = startObserved('src/soak/memory-observer.ts', ['src/server.ts'], { ...settings, PORT: '0' })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', chunk => { output = (output + String(chunk)).slice(-20_000) })
    for (let waited = 0; waited < 1200 && child.exitCode === null; waited++) {
      const found = /http:\/\/tenant-0\.localhost:(\d+)\//.exec(output)?.[1]
      if (found !== undefined && output.includes('Ctrl-C')) return new ServerLife(child, Number(found), tally, () => output)
      await delay(50)
    }
    child.kill('SIGKILL')
    throw new Error(`the server did not start: ${output}`)
  }

  /** Tells it to stop, as a supervisor does. */
  tellToStop (): void {
    this.#isWanted = false
    this.#child.kill('SIGTERM')
  }

  /** Waits for the end of a server that was told to stop. */
  async end (): Promise<void> {
    const code = this.#child.exitCode ?? this.#child.signalCode ?? await Promise.race([once(this.#child, 'close').then(([code, signal]) => code as number ?? signal as string), delay(mostStopMs, 'too late' as const, { ref: false })])
    if (code !== 0) this.#crashed(`the server that was told to stop ended with ${String(code)}`)
  }

  async measureMemory (requests: number): Promise<void> {
    const answer = once(this.#child, 'message')
    this.#child.send('memory')
    const [{ used, resident }] = await answer as [{ used: number, resident: number }]
    this.memory.push({ used, resident, requests, age: (performance.now() - this.#began) / 1000 })
  }

  kill (): void {
    this.#isWanted = false
    this.#child.kill('SIGKILL')
  }

  #crashed (detail: string): void {
    this.#tally.violations.push({ kind: 'crashed', detail })
  }
}
