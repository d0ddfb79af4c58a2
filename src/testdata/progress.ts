import { Presets, SingleBar } from 'cli-progress'
import type { Phase, Progress } from './bulk.ts'

/** How far a load has come, a run over databases, or one of attacks. */
export type ShownProgress = Omit<Progress, 'phase'> & { phase: Phase | 'databases' | 'attacks' }

export interface ProgressDisplay {
  report: (progress: ShownProgress) => void
  /** Takes the bar away; nothing is shown from then on. */
  stop: () => void
}

const lineIntervalMs = 2000
const count = new Intl.NumberFormat('en')
const units: Readonly<Record<ShownProgress['phase'], string>> = { loading: 'rows', indexes: 'done', 'foreign keys': 'checked', databases: 'done', attacks: 'tables' }

/** A bar where a person looks on; elsewhere a line now and then. */
export function showProgress (stream: NodeJS.WriteStream): ProgressDisplay {
  return stream.isTTY ? showBar(stream) : showLines(stream)
}

function showBar (stream: NodeJS.WriteStream): ProgressDisplay {
  const bar = new SingleBar({
    stream,
    format: '{phase} |{bar}| {percentage} % | {value} of {total} {unit}{pace} | {subject}',
    formatValue: (value, _options, type) => type === 'value' || type === 'total' ? count.format(value) : String(value),
    barsize: 24,
    hideCursor: true,
    gracefulExit: false,
    clearOnComplete: true
  }, Presets.shades_grey)
  let clock: PhaseClock | undefined
  return {
    report: progress => {
      const { phase, done, total, subject } = progress
      if (clock?.phase !== phase) {
        bar.stop()
        clock = new PhaseClock(phase)
        bar.start(total, done, { phase, unit: units[phase], pace: '', subject })
      }
      const pace = clock.pace(progress)
      bar.update(done, { phase, unit: units[phase], pace: pace === '' ? '' : ` | ${pace}`, subject })
    },
    stop: () => { bar.stop() }
  }
}

function showLines (stream: NodeJS.WritableStream): ProgressDisplay {
  let clock: PhaseClock | undefined
  let lastLine = 0
  let stopped = false
  return {
    report: progress => {
      const { phase, done, total, subject } = progress
      const now = performance.now()
      const isNew = clock?.phase !== phase
      if (stopped || (!isNew && now - lastLine < lineIntervalMs)) return
      lastLine = now
      if (isNew) clock = new PhaseClock(phase)
      const pace = clock?.pace(progress) ?? ''
      stream.write(`${phase}: ${count.format(done)} of ${count.format(total)} ${units[phase]}${pace === '' ? '' : `, ${pace}`}${subject === '' ? '' : `, ${subject}`}\n`)
    },
    stop: () => { stopped = true }
  }
}

/** Tells how fast a phase goes. */
class PhaseClock {
  readonly phase: ShownProgress['phase']
  readonly #start = performance.now()

  constructor (phase: ShownProgress['phase']) {
    this.phase = phase
  }

  /** Rate and time left, as soon as there is something to tell them from. Objects differ too much for either. */
  pace ({ phase, done, total }: ShownProgress): string {
    const seconds = (performance.now() - this.#start) / 1000
    if (phase !== 'loading' || done === 0 || seconds < 0.5) return ''
    const rate = done / seconds
    return `${count.format(Math.round(rate))} rows/s, ${formatDuration((total - done) / rate)} left`
  }
}

/** 8 s, 2 min 5 s. */
export function formatDuration (seconds: number): string {
  const whole = Math.round(seconds)
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`
}
