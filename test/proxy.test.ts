import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import http from 'node:http'
import net, { type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { asRole, freePort, seedTenants, testApp, testDatabase, until, type TestApp } from './support.ts'
import { cookieOf, peopleOfAll, tokenIn, visitorsOf } from './visitors.ts'

const program = ['/usr/sbin/nginx', '/usr/bin/nginx', '/usr/local/bin/nginx', '/opt/homebrew/bin/nginx'].find(path => existsSync(path))
const isRequired = process.env['NGINX'] === 'required'
if (program === undefined && !isRequired) console.error('\n*** nginx is not installed: behind a cache, and in front of one that smuggles, NOTHING is tried here (Debian: apt-get install nginx-light) ***\n')
const options = program === undefined && !isRequired ? { skip: 'nginx is not installed' } : {}

const database = await testDatabase(t)
await seedTenants(database, { tenants: 4, subtasks: 15 })

/**
 * A proxy as careless as its defaults: one connection to the application, which all clients share, and a cache that knows pages by
 * their path alone, whatever host they are of, and keeps all that it is not told to leave.
 */
async function startProxy (t: Test, app: TestApp['app']): Promise<number> {
  if (program === undefined) throw new Error('nginx is not installed')
  await app.listen({ host: '127.0.0.1', port: 0 })
  const { port: upstream } = app.server.address() as AddressInfo
  const port = await freePort()
  const folder = await mkdtemp(join(tmpdir(), 'rowhouse-nginx-'))
  await chmod(folder, 0o755)
  await mkdir(join(folder, 'temporary'))
  await writeFile(join(folder, 'nginx.conf'), `
daemon off;
${process.getuid?.() === 0 ? 'user root;' : ''}
worker_processes 1;
pid ${folder}/pid;
error_log ${folder}/error.log;
events { worker_connections 512; }
http {
  access_log off;
  ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(kind => `${kind}_temp_path ${folder}/temporary/${kind};`).join(' ')}
  proxy_cache_path ${folder}/cache keys_zone=pages:1m;
  upstream application { server 127.0.0.1:${upstream}; keepalive 1; }
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass http://application;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host $http_host;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
      proxy_cache pages;
      proxy_cache_valid any 10m;
      add_header x-cache $upstream_cache_status always;
    }
  }
}
`)
  const child = spawn(program, ['-p', folder, '-c', join(folder, 'nginx.conf'), '-e', join(folder, 'error.log')], { stdio: 'ignore' })
  t.teardown(async () => {
    child.kill('SIGTERM')
    if (child.exitCode === null) await once(child, 'close')
    await rm(folder, { recursive: true, force: true })
  })
  await until(async () => {
    if (child.exitCode !== null) throw new Error(`nginx ended: ${await readFile(join(folder, 'error.log'), 'utf8')}`)
    return await new Promise<boolean>(resolve => {
      const socket = net.connect(port, '127.0.0.1')
      socket.once('connect', () => { socket.destroy(); resolve(true) }).once('error', () => { resolve(false) })
    })
  })
  return port
}

interface Answer {
  status: number
  headers: http.IncomingHttpHeaders
  body: string
}

async function ask (port: number, path: string, slug: string, headers: http.OutgoingHttpHeaders = {}, method = 'GET', sent = ''): Promise<Answer> {
  return await new Promise((resolve, reject) => {
    const request = http.request({ host: '127.0.0.1', port, path, method, agent: false, headers: { host: `${slug}.localhost`, accept: 'text/html', ...headers } }, response => {
      let body = ''
      response.setEncoding('utf8').on('data', chunk => { body += chunk }).on('end', () => { resolve({ status: response.statusCode ?? 0, headers: response.headers, body }) })
    })
    request.on('error', reject).end(sent)
  })
}

const paths = ['/', '/subtasks/', '/subtasks/?page=2', '/api/v1/account', '/api/v1/projects', '/api/v1/projects/1', '/api/v1/subtasks?limit=3', '/nothing/here', '/subtasks/?page=none', '/sign-in/', '/people/', '/sessions/']

t.test('a cache that does not know hosts keeps no page of a tenant\'s, and gives nobody another\'s', options, async t => {
  for (const access of ['open', 'required'] as const) {
    const { app } = await testApp(t, database, { name: 'single-schema', config: { access } })
    app.get('/careless/', { config: { entry: 'open' } }, async ({ tenant }, reply) => await reply.header('cache-control', 'public, max-age=60').send(`this is ${tenant?.slug ?? ''}`))
    const port = await startProxy(t, app)
    const cookies: Record<string, string> = {}
    if (access === 'required') {
      await peopleOfAll(database)
      const { signIn } = visitorsOf(app)
      for (const slug of ['tenant-0', 'tenant-1']) cookies[slug] = cookieOf(await signIn('owner@example.com', { slug }))
    }
    t.equal((await ask(port, '/careless/', 'tenant-0')).body, 'this is tenant-0')
    t.equal((await ask(port, '/careless/', 'tenant-1')).body, 'this is tenant-0', 'the cache is one that mixes up whatever it may keep')
    const styles = /\/assets\/style\.css\?v=\w+/.exec((await ask(port, '/subtasks/', 'tenant-0', { cookie: cookies['tenant-0'] ?? '' })).body)?.[0] ?? ''
    await ask(port, styles, 'tenant-0')
    t.match(await ask(port, styles, 'tenant-1'), { status: 200, headers: { 'x-cache': 'HIT', 'cache-control': /public/ } }, 'what is the same for all may be kept')

    for (const path of paths) {
      for (const method of ['GET', 'HEAD']) {
        for (const slug of ['tenant-0', 'tenant-1', 'tenant-0', 'nobody-here', 'tenant-1']) {
          for (const cookie of access === 'open' ? [undefined] : [cookies[slug], undefined]) {
            const answer = await ask(port, path, slug, cookie === undefined ? {} : { cookie }, method)
            t.notMatch(answer.body, new RegExp(`(of|Company of) (?!${slug}\\b)tenant-\\d`), `${access}: ${method} ${path} of ${slug}`)
            t.not(answer.headers['x-cache'], 'HIT', `${access}: ${method} ${path} of ${slug}`)
            t.match(answer.headers['cache-control'], /no-store/, `${access}: ${method} ${path} of ${slug}`)
            if (access === 'required' && cookie === undefined) t.notMatch(answer.body, /project \d|subtask \d{4}/, 'whoever is nobody gets nothing that somebody was shown')
          }
        }
      }
    }
    if (access === 'open') continue
    for (const [slug, other] of [['tenant-0', 'tenant-1'], ['tenant-1', 'tenant-0']] as const) {
      const answer = await ask(port, '/api/v1/projects', other, { cookie: cookies[slug] ?? '', accept: 'application/json' })
      t.equal(answer.status, 401, 'a cookie is worth nothing at another host')
    }
    const signIn = await ask(port, '/sign-in/', 'tenant-2')
    const form = new URLSearchParams({ email: 'owner@example.com', password: 'correct horse', form_token: tokenIn(signIn) }).toString()
    const signedIn = await ask(port, '/sign-in/', 'tenant-2', { 'content-type': 'application/x-www-form-urlencoded', 'content-length': form.length }, 'POST', form)
    t.equal(signedIn.status, 303)
    t.match(signedIn.headers['set-cookie']?.[0], /^session=[\w-]{43}; .*HttpOnly/i)
    t.notMatch(signedIn.headers['set-cookie']?.[0], /domain=/i, 'no browser shows it to another host')
    t.equal((await ask(port, '/sign-in/', 'tenant-3')).headers['set-cookie'], undefined, 'and the cache hands nobody a cookie')
  }
})

/** Requests that one server may read as one, and another as two: RFC 9112, section 11.2, and what was found since. */
function smuggled (): Record<string, string> {
  const hidden = 'GET /api/v1/projects HTTP/1.1\r\nHost: tenant-1.localhost\r\nX-Swallows: '
  const chunked = `0\r\n\r\n${hidden}`
  const post = (headers: string, body: string): string => `POST /api/v1/projects HTTP/1.1\r\nHost: tenant-0.localhost\r\nContent-Type: application/json\r\n${headers}\r\n\r\n${body}`
  const length = (body: string): string => `Content-Length: ${body.length}`
  const chunk = (body: string): string => `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`
  return {
    'length, then chunks': post(`${length(chunked)}\r\nTransfer-Encoding: chunked`, chunked),
    'chunks, then length': post('Transfer-Encoding: chunked\r\nContent-Length: 4', chunk(hidden)),
    'two lengths': post(`Content-Length: 0\r\n${length(hidden)}`, hidden),
    'two lengths, the other way': post(`${length(hidden)}\r\nContent-Length: 0`, hidden),
    'lengths in a list': post(`Content-Length: 0, ${hidden.length}`, hidden),
    'a length with a sign': post(`Content-Length: +${hidden.length}`, hidden),
    'a length below nothing': post('Content-Length: -1', hidden),
    'a length in another notation': post(`Content-Length: 0x${hidden.length.toString(16)}`, hidden),
    'a length with a zero byte': post(`Content-Length: ${hidden.length}\0`, hidden),
    'a space before the colon of a length': post(`Content-Length : ${hidden.length}`, hidden),
    'a space before the colon of an encoding': post(`Transfer-Encoding : chunked\r\n${length(chunked)}`, chunked),
    'an encoding that is none': post(`Transfer-Encoding: xchunked\r\n${length(chunked)}`, chunked),
    'two encodings': post(`Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n${length(chunked)}`, chunked),
    'encodings in a list': post(`Transfer-Encoding: chunked, identity\r\n${length(chunked)}`, chunked),
    'an encoding behind a tab': post(`Transfer-Encoding:\tchunked\r\n${length(chunked)}`, chunked),
    'an encoding behind a vertical tab': post(`Transfer-Encoding:\x0bchunked\r\n${length(chunked)}`, chunked),
    'an encoding on a folded line': post(`Transfer-Encoding:\r\n chunked\r\n${length(chunked)}`, chunked),
    'an encoding in quotes': post(`Transfer-Encoding: "chunked"\r\n${length(chunked)}`, chunked),
    'an encoding behind a bare line feed': post(`X: y\nTransfer-Encoding: chunked\r\n${length(chunked)}`, chunked),
    'an encoding behind a bare carriage return': post(`X: y\rTransfer-Encoding: chunked\r\n${length(chunked)}`, chunked),
    'a chunk whose length is too much': post('Transfer-Encoding: chunked', `fffffffffffffffff\r\n${hidden}`),
    'a chunk whose extension has a line feed': post('Transfer-Encoding: chunked', `0;x\n\r\n\r\n${hidden}`),
    'a chunk that ends with a bare line feed': post('Transfer-Encoding: chunked', `0\n\n${hidden}`),
    'a chunk that is followed by something else': post('Transfer-Encoding: chunked', `2\r\n{}XX0\r\n\r\n${hidden}`),
    'a length in a trailer': post('Transfer-Encoding: chunked\r\nTrailer: Content-Length', `0\r\nContent-Length: ${hidden.length}\r\n\r\n${hidden}`),
    'a body of a GET': `GET /subtasks/ HTTP/1.1\r\nHost: tenant-0.localhost\r\n${length(hidden)}\r\n\r\n${hidden}`,
    'a body of HTTP/1.0 in chunks': `POST /api/v1/projects HTTP/1.0\r\nHost: tenant-0.localhost\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n${length(chunked)}\r\n\r\n${chunked}`,
    'an expectation that nobody waits for': post(`Expect: 100-continue\r\n${length(hidden)}`, hidden),
    'an upgrade that nobody answers': `GET /subtasks/ HTTP/1.1\r\nHost: tenant-0.localhost\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n\r\n${hidden}`,
    'a request line in two': 'GET /subtasks/ HTTP/1.1\r\nHost: tenant-0.localhost\r\nX: y\r\n\r\nGET /subtasks/\r\nHost: tenant-1.localhost\r\nX-Swallows: ',
    'two hosts': 'GET /api/v1/projects HTTP/1.1\r\nHost: tenant-0.localhost\r\nHost: tenant-1.localhost\r\n\r\n',
    'another host in the address': 'GET http://tenant-1.localhost/api/v1/projects HTTP/1.1\r\nHost: tenant-0.localhost\r\n\r\n',
    'a line break in the address': 'GET /subtasks/%0d%0aHost:%20tenant-1.localhost HTTP/1.1\r\nHost: tenant-0.localhost\r\n\r\n',
    'a whole request, and half of the next': `GET /subtasks/ HTTP/1.1\r\nHost: tenant-0.localhost\r\n\r\n${hidden}`
  }
}

/** Sends bytes as they are, and hears what comes until nothing more does. */
async function sendRaw (port: number, bytes: string): Promise<string> {
  const socket = net.connect(port, '127.0.0.1')
  let answer = ''
  socket.on('error', () => {})
  socket.setEncoding('latin1').on('data', chunk => { answer += chunk }).setTimeout(250, () => { socket.destroy() })
  socket.write(Buffer.from(bytes, 'latin1'))
  if (!socket.destroyed) await once(socket, 'close').catch(() => {})
  return answer
}

t.test('no request that is smuggled in another\'s body turns anybody\'s answer into somebody else\'s', options, async t => {
  const { app } = await testApp(t, database, { name: 'single-schema', config: { access: 'open' } })
  const proxy = await startProxy(t, app)
  const direct = (app.server.address() as AddressInfo).port
  const victims = ['tenant-2', 'tenant-3']
  const json = { accept: 'application/json' }
  const expected = new Map(await Promise.all(victims.map(async slug => [slug, (await ask(direct, '/api/v1/projects', slug, json)).body] as const)))
  for (const [slug, body] of expected) t.match(body, `of ${slug}`)

  for (const [where, port] of [['through the proxy', proxy], ['directly', direct]] as const) {
    for (const [shape, bytes] of Object.entries(smuggled())) {
      const attacking = sendRaw(port, bytes)
      const asked = async (): Promise<void> => {
        for (let index = 0; index < 4; index++) {
          const slug = victims[index % victims.length] ?? ''
          const { status, body } = await ask(port, '/api/v1/projects', slug, json)
          t.ok(status === 200 && body === expected.get(slug), `${where}, ${shape}: ${status} ${body.slice(0, 200)}`)
        }
      }
      const [heard] = await Promise.all([attacking, asked()])
      await asked()
      t.notMatch(heard, /of tenant-[23]/, `${where}, ${shape}: whoever sent it hears nothing of what others asked`)
      const answers = heard.match(/HTTP\/1\.[01] \d{3}/g) ?? []
      t.ok(answers.length <= 2, `${where}, ${shape}: ${answers.join(', ')}`)
    }
  }
  t.strictSame(await asRole(database.admin, async query => await query("select name from rowhouse.project where name like '%HTTP/1.1%'")), [], 'and nobody\'s request was stored as somebody\'s text')
})
