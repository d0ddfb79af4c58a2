// The same tests, in accounts that are closed to all but their people: see `isClosed` in test/support.ts.
import './walls-page.test.ts'
