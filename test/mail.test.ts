import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import t from 'tap'
import { parseConfig } from '../src/config.ts'
import { mailHook } from '../src/mail.ts'

const mail = { kind: 'invitation', to: ['ann@example.com'], subject: 'Your invitation', text: 'Choose a password' } as const

t.test('a mail is posted as JSON to what sends it, and whatever it answers but yes is a refusal', async t => {
  const received: unknown[] = []
  const statuses = [202, 500, 301]
  const hook = createServer((request, response) => {
    json(request).then(body => {
      received.push({ method: request.method, url: request.url, type: request.headers['content-type'], body })
      response.writeHead(statuses.shift() ?? 200, { location: '/elsewhere' }).end('{}')
    }, () => { response.destroy() })
  })
  await once(hook.listen(0, '127.0.0.1'), 'listening')
  t.teardown(() => { hook.close(); hook.closeAllConnections() })
  const send = mailHook(`http://127.0.0.1:${(hook.address() as AddressInfo).port}/mail?key=x`)
  await send({ ...mail, to: [...mail.to] })
  await t.rejects(send({ ...mail, to: [...mail.to] }), /answered 500/)
  await t.rejects(send({ ...mail, to: [...mail.to] }), 'it is led nowhere else')
  t.equal(received.length, 3)
  t.strictSame(received[0], { method: 'POST', url: '/mail?key=x', type: 'application/json', body: mail })
})

t.test('MAIL_HOOK_URL takes the address of a program, and nothing else', async t => {
  t.equal(parseConfig({}).mailHookUrl, undefined)
  t.equal(parseConfig({ MAIL_HOOK_URL: 'http://localhost:3025/mail' }).mailHookUrl, 'http://localhost:3025/mail')
  for (const wrong of ['localhost:3025', 'file:///etc/passwd', 'mail']) t.throws(() => parseConfig({ MAIL_HOOK_URL: wrong }), /MAIL_HOOK_URL takes an http or https address/)
})
