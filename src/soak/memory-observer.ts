// Loaded before the server: tells whoever started the process what memory is in use, once all that nobody needs is freed.
process.on('message', message => {
  if (message !== 'memory') return
  globalThis.gc?.()
  // What finalizers let go of is free at the second time.
  setImmediate(() => {
    globalThis.gc?.()
    const { heapUsed, external, rss } = process.memoryUsage()
    process.send?.({ used: heapUsed + external, resident: rss })
  })
})
// It must not keep the server from ending.
process.channel?.unref()
