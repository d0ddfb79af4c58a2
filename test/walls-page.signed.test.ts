// The same tests, where names of tenants are signed: see `isSigned` in test/support.ts.
import './walls-page.test.ts'
