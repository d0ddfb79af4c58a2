// The same tests, with a database for each tenant: see `tenancy` in test/support.ts.
import './browser-operator.test.ts'
