// Turns the slides of the guide from the keyboard. Without it, the links at the foot of each slide do that.

/**
 * Where a key leads: to the beginning of a slide, or, of one that the window does not hold, to its end or further on in it.
 *
 * @param {string} key as keyboard events name it
 * @param {{ index: number, count: number, above: number, below: number, height: number }} place the slide in view, how much of it is above and
 *   below the window, and how much of the window nothing covers: in pixels
 * @returns {{ index: number, edge: 'top' | 'bottom' } | { index: number, by: number } | undefined} undefined where the key is the browser's
 */
export function placeAfter (key, { index, count, above, below, height }) {
  // A few lines stay, to go on from.
  const page = height * 0.875
  switch (key) {
    case 'ArrowRight': return slide(index + 1)
    case 'ArrowLeft': return slide(index - 1)
    // By itself, a browser would go past the end of a slide and the title of the next, or up past the beginning, and count what is covered.
    case 'PageDown': case ' ': return below === 0 ? slide(index + 1) : below < height ? { index, edge: 'bottom' } : { index, by: page }
    case 'PageUp': return above === 0 ? slide(index - 1) : above < height ? slide(index) : { index, by: -page }
    case 'Home': return slide(0)
    case 'End': return slide(count - 1)
    default: return undefined
  }

  /** Before the first and after the last there is the rest of the page. */
  function slide (index) {
    return index >= 0 && index < count ? { index, edge: 'top' } : undefined
  }
}

if (typeof document !== 'undefined') turnFromKeyboard([...document.querySelectorAll('.slide')])

function turnFromKeyboard (slides) {
  /** What has a use for these keys itself. */
  const controls = 'input, select, textarea, button, summary, pre, [contenteditable]'
  /** Where the window is on its way to: who presses a key meanwhile goes on from there. */
  let turning

  document.addEventListener('keydown', event => {
    if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || event.isComposing) return
    if (event.target instanceof window.Element && event.target.closest(controls) !== null) return
    const from = turning === undefined ? place(slideInView()) : place(turning.index, shiftTo(turning))
    const to = placeAfter(event.key, from)
    // What the browser does with a key begins where the window is.
    if (to === undefined) turning = undefined
    if (to === undefined) return
    event.preventDefault()
    turnTo(to, Math.abs(to.index - from.index) <= 1)
  })

  let waiting
  document.addEventListener('scroll', () => {
    clearTimeout(waiting)
    waiting = setTimeout(() => {
      turning = undefined
      tellAddress(slides[slideInView()])
    }, 150)
  }, { passive: true })
  for (const type of ['wheel', 'touchmove', 'pointerdown']) document.addEventListener(type, () => { turning = undefined }, { passive: true })

  /** The slide that most of the window's upper half shows. */
  function slideInView () {
    return Math.max(slides.findLastIndex(slide => slide.getBoundingClientRect().top <= window.innerHeight * 0.4), 0)
  }

  /** Where a slide is, once the window has moved on by so much. */
  function place (index, shift = 0) {
    const { top, bottom } = slides[index].getBoundingClientRect()
    return { index, count: slides.length, above: beyond(shift - top), below: beyond(bottom - shift - window.innerHeight), height: heightInView() }
  }

  /** How far the window has to move for one edge of a slide. Above the first slide is the head of the page. */
  function shiftTo ({ index, edge }) {
    const { top, bottom } = slides[index].getBoundingClientRect()
    if (edge === 'bottom') return bottom - window.innerHeight
    return index === 0 ? -window.scrollY : top
  }

  /** The foot of a slide covers the end of the window. */
  function heightInView () {
    return window.innerHeight - (Number.parseFloat(window.getComputedStyle(document.documentElement).scrollPaddingBottom) || 0)
  }

  /** Nobody misses a few pixels. */
  function beyond (pixels) {
    return pixels > 8 ? pixels : 0
  }

  function turnTo ({ index, edge, by }, isNear) {
    const slide = slides[index]
    turning = by === undefined ? { index, edge } : undefined
    // Whoever listens hears the title, and goes on from there.
    if (edge === 'top') slide.querySelector('h1, h2').focus({ preventScroll: true })
    const behavior = isNear && window.matchMedia('(prefers-reduced-motion: no-preference)').matches ? 'smooth' : 'auto'
    window.scrollBy({ top: by ?? shiftTo({ index, edge }), behavior: by === undefined ? behavior : 'auto' })
    tellAddress(slide)
  }

  /** Keeps the address in step, so that it can be kept or sent, without a step in the history for each slide. */
  function tellAddress ({ id }) {
    const { location, history } = window
    if (location.hash !== `#${id}` && (location.hash !== '' || slides[0].id !== id)) history.replaceState(history.state, '', `#${id}`)
  }
}
