import neostandard, { plugins } from 'neostandard'

const fastify = ['fastify', 'fastify-plugin', '@fastify/*']
const drivers = ['postgres', 'pg', 'pg-copy-streams']

/** Imports run one way: server, app, routes, repositories, tenancy, database. What stands to the left is closed to what stands to the right. */
const closed = [
  ['src/database/**', [...fastify, '**/config.ts', '**/tenancy/**', '**/repositories/**', '**/plugins/**', '**/routes/**', '**/testdata/**', '**/provisioning/**', '**/archive/**', '**/app.ts', '**/server.ts']],
  ['src/tenancy/**', [...fastify, ...drivers, '**/config.ts', '**/repositories/**', '**/plugins/**', '**/routes/**', '**/testdata/**', '**/provisioning/**', '**/archive/**', '**/app.ts', '**/server.ts']],
  ['src/repositories/**', [...fastify, ...drivers, '**/config.ts', '**/database/**', '**/plugins/**', '**/routes/**', '**/testdata/**', '**/provisioning/**', '**/archive/**', '**/app.ts', '**/server.ts']],
  ['src/testdata/**', [...fastify, 'postgres', '**/repositories/**', '**/plugins/**', '**/routes/**', '**/app.ts', '**/server.ts']],
  ['src/archive/**', [...fastify, 'postgres', '**/config.ts', '**/tenancy/**', '**/repositories/**', '**/plugins/**', '**/routes/**', '**/app.ts', '**/server.ts']],
  ['src/provisioning/**', [...fastify, 'postgres', '**/config.ts', '**/repositories/**', '**/plugins/**', '**/routes/**', '**/testdata/**', '**/app.ts', '**/server.ts']],
  ['src/check-rls/**', [...fastify, 'postgres', '**/config.ts', '**/tenancy/**', '**/repositories/**', '**/plugins/**', '**/routes/**', '**/testdata/**', '**/provisioning/**', '**/archive/**', '**/app.ts', '**/server.ts']],
  ['src/plugins/**', [...drivers, '**/database/**', '**/repositories/**', '**/routes/**', '**/testdata/**', '**/provisioning/**', '**/archive/**', '**/app.ts', '**/server.ts']],
  ['src/routes/**', [...drivers, '**/database/**', '**/testdata/**', '**/provisioning/**', '**/archive/**', '**/app.ts', '**/server.ts']],
  ['bin/**', [...fastify, ...drivers, '**/routes/**']]
]

// The runner itself waits for a subtest; a reply is thenable, but calling it is the deed.
const awaitedElsewhere = [
  { from: 'package', name: 'PromiseWithSubtest', package: '@tapjs/core' },
  { from: 'package', name: 'FastifyReply', package: 'fastify' }
]

export default [
  ...neostandard({ ts: true, noJsx: true, ignores: ['node_modules', '.tap', '.rowhouse*'] }),
  {
    files: ['**/*.ts'],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { '@typescript-eslint': plugins['typescript-eslint'].plugin },
    rules: {
      // A statement that nobody awaits is a statement that may run in somebody else's transaction.
      '@typescript-eslint/no-floating-promises': ['error', { checkThenables: true, allowForKnownSafePromises: awaitedElsewhere }],
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { arguments: false, attributes: false } }],
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error'
    }
  },
  {
    files: ['views/public/*.js'],
    languageOptions: { globals: { document: 'readonly', window: 'readonly' } }
  },
  ...closed.map(([files, group]) => ({
    files: [files],
    rules: { 'no-restricted-imports': ['error', { patterns: [{ group, message: 'Imports run one way; see eslint.config.js.' }] }] }
  })),
  {
    files: ['src/**', 'bin/**'],
    // The other two hand PATH on to the programs that they run.
    ignores: ['src/config.ts', 'src/database/embedded-binaries.ts', 'src/programs.ts'],
    rules: { 'no-restricted-properties': ['error', { object: 'process', property: 'env', message: 'Only src/config.ts reads the environment.' }] }
  }
]
