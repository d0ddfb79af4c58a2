/** Host headers of no tenant: each must be foreign, however a lenient parser would read it. */
export const hostileHosts: Array<string | undefined> = [
  undefined, '', ' ', '.', ':', ':8080', '.localhost', 'localhost.', 'tenant-0.localhost.', 'tenant-0.localhost.:80', 'localhost:', 'localhost:80a', 'localhost:123456', 'localhost:-1',
  'localhost:80:tenant-1.localhost', 'tenant-0.localhost:80:tenant-1.localhost', 'localhost:80@tenant-1.localhost', 'user@localhost', 'user:pw@tenant-0.localhost',
  'tenant-0.localhost.evil.com', 'evil.com', 'tenant-0.evil.com', 'xlocalhost', 'tenant-0xlocalhost', 'tenant-0.localhost@evil.com', 'a.b.localhost', 'tenant-0.tenant-1.localhost',
  '-tenant.localhost', 'tenant-.localhost', '--.localhost', 'tenant_0.localhost', 'tenant 0.localhost', 'tenant%2d0.localhost', 'tenant-0%00.localhost', 'tenant-0%2elocalhost', '*.localhost',
  "tenant-0'.localhost", "' or 1=1 --.localhost", 'tenant-0;.localhost', 'tenant-0,tenant-1.localhost', 'tenant-0.localhost,tenant-1.localhost', 'tenant-0.localhost, localhost', 'tenant-0.localhost tenant-1.localhost',
  'tenant-0/.localhost', '../localhost', 'localhost/../tenant-1', 'localhost?tenant-1', 'localhost#tenant-1', 'localhost\\tenant-1', 'http://localhost', 'http://tenant-0.localhost', '//localhost',
  '127.0.0.1', '127.0.0.1:8080', '[::1]', '[::1]:8080', '0.0.0.0', '2130706433', '0x7f000001', 'localhost.localdomain', 'ip6-localhost', 'tenant-0.127.0.0.1.nip.io',
  'ténant-0.localhost', 'tenant‐0.localhost', 'ｌｏｃａｌｈｏｓｔ', 'loca\u0131host', 'tenant-0.localho\u017ft', '\u212alocalhost', 'xn--.localhost.', 'tenant-0\tlocalhost', 'tenant-0.localhost\u0000', 'tenant-0.\u200blocalhost',
  `${'a'.repeat(64)}.localhost`, `${'a'.repeat(300)}.localhost`, 'a.'.repeat(200) + 'localhost', 'a'.repeat(10_000), '-'.repeat(5000) + '.localhost', 'constructor.__proto__.localhost', '__proto__.localhost'
]
