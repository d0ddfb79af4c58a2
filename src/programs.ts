import { spawn, type ChildProcessByStdio } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { fileURLToPath, pathToFileURL } from 'node:url'

const projectDirectory = fileURLToPath(new URL('..', import.meta.url))

/** The server, in a process of its own. */
export interface ServerProcess {
  port: number
  pid: number
  stop: () => Promise<void>
}

/** Starts the server as `npm start` does, on a free port of this machine. */
export async function startServer (settings: Record<string, string>): Promise<ServerProcess> {
  const child = startProgram(['src/server.ts'], { LOG_LEVEL: 'warn', DEMO_ACCOUNTS: '0', DRAIN_MS: '0', ...settings, PORT: '0' })
  const errors = text(child.stderr)
  let output = ''
  child.stdout.setEncoding('utf8')
  const port = await new Promise<number>((resolve, reject) => {
    child.stdout.on('data', chunk => {
      output += String(chunk)
      const found = /http:\/\/tenant-0\.localhost:(\d+)\//.exec(output)?.[1]
      if (found !== undefined && output.includes('Ctrl-C')) resolve(Number(found))
    })
    child.once('close', () => { errors.then(said => { reject(new Error(`the server did not start: ${said}`)) }, reject) })
  })
  return {
    port,
    pid: child.pid ?? 0,
    stop: async () => {
      if (child.exitCode !== null) return
      child.kill('SIGTERM')
      await once(child, 'close')
    }
  }
}

export interface CommandResult {
  seconds: number
  /** The most memory that the process had, in megabytes; NaN where the system does not tell. */
  megabytes: number
}

/** Runs a command of the project to its end. @throws {Error} with what it said, if it failed */
export async function runCommand (command: string[], settings: Record<string, string>): Promise<CommandResult> {
  const started = performance.now()
  const child = startProgram(command, settings)
  let megabytes = NaN
  const watch = setInterval(() => {
    readFile(`/proc/${child.pid}/status`, 'utf8').then(status => {
      megabytes = Math.max(megabytes || 0, Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? NaN) / 1024)
    }, () => {})
  }, 100)
  const [, errors, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
  clearInterval(watch)
  if (code !== 0) throw new Error(`${command[0]} failed: ${errors}`)
  return { seconds: (performance.now() - started) / 1000, megabytes }
}

/** A program of the bench that waits to be told to begin. */
export interface WaitingProgram {
  /** @returns the last line that it printed */
  begin: () => Promise<string>
  kill: () => void
}

/** Starts a program of the bench, gives it its orders, and waits until it is ready. */
export async function startWaiting (program: string, orders: object): Promise<WaitingProgram> {
  const child = startProgram([program], {}, 'pipe')
  const errors = text(child.stderr)
  let output = ''
  child.stdout.setEncoding('utf8').on('data', chunk => { output += String(chunk) })
  child.stdin?.write(`${JSON.stringify(orders)}\n`)
  const ended = once(child, 'close')
  while (!output.includes('ready')) {
    await Promise.race([once(child.stdout, 'data'), ended])
    if (child.exitCode !== null) throw new Error(`${program} failed: ${await errors}`)
  }
  return {
    begin: async () => {
      child.stdin?.write('begin\n')
      await ended
      return output.trim().split('\n').at(-1) ?? ''
    },
    kill: () => { child.kill() }
  }
}

/** Runs a program of the system, if there is one of that name. @returns what it printed */
export async function runProgram (name: string, args: string[]): Promise<string | undefined> {
  const child = spawn(name, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  const [output, errors, code] = await Promise.all([
    text(child.stdout), text(child.stderr),
    new Promise<number | null | 'missing'>(resolve => { child.once('error', () => { resolve('missing') }).once('close', resolve) })
  ])
  if (code === 'missing') return undefined
  if (code !== 0) throw new Error(`${name} failed: ${errors}`)
  return output
}

/** Starts a program of the project in a folder without a `.env`, and without any setting of the caller's. */
export function startProgram ([program = '', ...args]: string[], settings: Record<string, string>, input: 'ignore' | 'pipe' = 'ignore'): ChildProcessByStdio<Writable | null, Readable, Readable> {
  return spawnProgram([], [program, ...args], settings, [input, 'pipe', 'pipe'])
}

/** The same, with a module that is loaded before the program and talks with whoever started it. It may collect garbage. */
export function startObserved (observer: string, command: string[], settings: Record<string, string>): ChildProcessByStdio<null, Readable, Readable> {
  return spawnProgram(['--expose-gc', `--import=${pathToFileURL(join(projectDirectory, observer)).href}`], command, settings, ['ignore', 'pipe', 'pipe', 'ipc']) as ChildProcessByStdio<null, Readable, Readable>
}

function spawnProgram (nodeOptions: string[], [program = '', ...args]: string[], settings: Record<string, string>, stdio: Array<'ignore' | 'pipe' | 'ipc'>): ChildProcessByStdio<Writable | null, Readable, Readable> {
  const inherited = Object.fromEntries(['PATH', 'HOME', 'TMPDIR', 'TEMP', 'SYSTEMROOT'].flatMap(name => process.env[name] === undefined ? [] : [[name, process.env[name]]]))
  return spawn(process.execPath, [`--import=${import.meta.resolve('tsx')}`, ...nodeOptions, join(projectDirectory, program), ...args], {
    cwd: tmpdir(), env: { ...inherited, ...settings }, stdio
  }) as ChildProcessByStdio<Writable | null, Readable, Readable>
}
