// The same tests, with a database for each tenant, where names of tenants are signed: see `isSigned` and `tenancy` in test/support.ts.
import './pages.test.ts'
