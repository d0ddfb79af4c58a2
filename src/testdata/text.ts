import { faker } from '@faker-js/faker/locale/en'
import type { Random } from './random.ts'

const poolSize = 4096
const longestName = 200

/**
 * Sentences made once and combined by draws: a call of faker for each of two million texts would take longer than
 * everything else together.
 */
export class Prose {
  readonly #key: readonly number[]
  #sentences: readonly string[] | undefined

  constructor (key: readonly number[]) {
    this.#key = key
  }

  /** One to three sentences, as far as they fit. */
  name (random: Random): string {
    let text = this.#sentence(random)
    for (let more = random.below(3); more > 0; more--) {
      const sentence = this.#sentence(random)
      if (text.length + 1 + sentence.length <= longestName) text += ' ' + sentence
    }
    return text
  }

  /** Three sentences, give or take one. */
  paragraph (random: Random): string {
    let text = this.#sentence(random)
    for (let more = random.between(1, 3); more > 0; more--) text += ' ' + this.#sentence(random)
    return text
  }

  #sentence (random: Random): string {
    this.#sentences ??= makeSentences(this.#key)
    return this.#sentences[random.below(poolSize)] ?? ''
  }
}

function makeSentences (key: readonly number[]): string[] {
  faker.seed([...key])
  return faker.helpers.multiple(() => faker.lorem.sentence({ min: 3, max: 9 }), { count: poolSize })
}

export function companyName (key: readonly number[]): string {
  faker.seed([...key])
  return faker.company.name()
}

export interface PersonName { firstName: string, lastName: string }

/** All at once, because faker's stream is shared: between two names someone else could draw from it. */
export function personNames (key: readonly number[], count: number): PersonName[] {
  faker.seed([...key])
  return faker.helpers.multiple(() => ({ firstName: faker.person.firstName(), lastName: faker.person.lastName() }), { count })
}

/** What of a name may stand in an e-mail address: `D'Amore` is `damore`. */
export function addressPart (name: string): string {
  return name.normalize('NFKD').toLowerCase().replace(/[^a-z0-9]/g, '') || 'user'
}
