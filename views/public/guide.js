// Turns the slides of the guide from the keyboard. Without it, the links at the foot of each slide do that.

/**
 * The slide that a key leads to.
 *
 * @param {string} key as keyboard events name it
 * @param {{ index: number, count: number, hasMoreBelow: boolean, hasMoreAbove: boolean }} place the slide in view, and whether it goes on beyond the window
 * @returns {number | undefined} undefined where the key is the browser's
 */
export function slideAfter (key, { index, count, hasMoreBelow, hasMoreAbove }) {
  // Before the first and after the last there is the rest of the page.
  const [before, after] = [index > 0 ? index - 1 : undefined, index < count - 1 ? index + 1 : undefined]
  switch (key) {
    case 'ArrowRight': return after
    case 'ArrowLeft': return before
    case 'PageDown': case ' ': return hasMoreBelow ? undefined : after
    case 'PageUp': return hasMoreAbove ? undefined : before
    case 'Home': return 0
    case 'End': return count - 1
    default: return undefined
  }
}

if (typeof document !== 'undefined') turnFromKeyboard([...document.querySelectorAll('.slide')])

function turnFromKeyboard (slides) {
  /** What has a use for these keys itself. */
  const controls = 'input, select, textarea, button, summary, pre, [contenteditable]'

  document.addEventListener('keydown', event => {
    if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || event.isComposing) return
    if (event.target instanceof window.Element && event.target.closest(controls) !== null) return
    const { index, ...around } = place()
    const target = slideAfter(event.key, { index, ...around })
    if (target === undefined) return
    event.preventDefault()
    turnTo(slides[target], Math.abs(target - index) === 1)
  })

  let waiting
  document.addEventListener('scroll', () => {
    clearTimeout(waiting)
    waiting = setTimeout(() => { tellAddress(slides[place().index]) }, 150)
  }, { passive: true })

  /** The slide that most of the window's upper half shows. */
  function place () {
    const line = window.innerHeight * 0.4
    const index = Math.max(slides.findLastIndex(slide => slide.getBoundingClientRect().top <= line), 0)
    const { top, bottom } = slides[index].getBoundingClientRect()
    return { index, count: slides.length, hasMoreBelow: bottom > window.innerHeight + 8, hasMoreAbove: top < -8 }
  }

  function turnTo (slide, isBeside) {
    // Whoever listens hears the title, and goes on from there.
    slide.querySelector('h1, h2').focus({ preventScroll: true })
    const behavior = isBeside && window.matchMedia('(prefers-reduced-motion: no-preference)').matches ? 'smooth' : 'auto'
    if (slide === slides[0]) window.scrollTo({ top: 0, behavior })
    else slide.scrollIntoView({ block: 'start', behavior })
    tellAddress(slide)
  }

  /** Keeps the address in step, so that it can be kept or sent, without a step in the history for each slide. */
  function tellAddress ({ id }) {
    const { location, history } = window
    if (location.hash !== `#${id}` && (location.hash !== '' || slides[0].id !== id)) history.replaceState(history.state, '', `#${id}`)
  }
}
