import plugin from 'fastify-plugin'

/**
 * While the server closes, the answers under way ask their clients to hang up. Otherwise a client that keeps its connection open
 * would hold the close until its keep-alive time is over.
 */
export const drain = plugin(async app => {
  let closing = false
  app.addHook('preClose', async () => { closing = true })
  app.addHook('onSend', (_, reply, payload, done) => {
    if (closing) reply.header('connection', 'close')
    done(null, payload)
  })
}, { name: 'drain' })
