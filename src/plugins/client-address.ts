import { isIP } from 'node:net'
import proxyAddress from '@fastify/proxy-addr'
import type { FastifyRequest } from 'fastify'
import plugin from 'fastify-plugin'

declare module 'fastify' {
  interface FastifyRequest {
    /** Where whoever asks is: the socket's peer, or whom a proxy speaks for that was named as one. */
    readonly clientAddress: string
  }
}

/**
 * Whose address it is, as far as one can be told from another: of IPv6 a customer has a whole network of 64 bits to choose from.
 *
 * @returns the address, or of IPv6 its first four groups
 */
export function networkOf (address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '')
  if (isIP(plain) !== 6) return plain
  const [head = '', tail] = plain.split('::')
  const groups = (text: string): string[] => text === '' ? [] : text.split(':')
  const missing = tail === undefined ? 0 : 8 - groups(head).length - groups(tail).length
  return [...groups(head), ...Array.from({ length: missing }, () => '0'), ...groups(tail ?? '')].slice(0, 4).map(group => group.toLowerCase().replace(/^0+(?=.)/, '')).join(':')
}

/**
 * Knows clients behind proxies by their addresses. Of what a proxy says, this alone is believed: the host and the protocol of a
 * request are never taken from a header that anybody could send.
 *
 * @param trustedProxies addresses and networks; nobody else's X-Forwarded-For counts
 */
export const clientAddress = plugin<{ trustedProxies: readonly string[] }>(async (app, { trustedProxies }) => {
  const isTrusted = proxyAddress.compile([...trustedProxies])
  app.decorateRequest('clientAddress', {
    getter (this: FastifyRequest) {
      if (trustedProxies.length === 0) return this.ip
      const told = proxyAddress(this.raw, isTrusted)
      // A proxy that hands on whatever it was sent tells of no address.
      return isIP(told) === 0 ? this.ip : told
    }
  })
}, { name: 'client-address', fastify: '5.x' })
