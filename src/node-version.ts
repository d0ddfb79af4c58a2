// The first import of every program, in plain syntax and without imports: an older Node.js has to come as far as this.
const oldest = '20.19.0'

/** @returns what to say to whoever runs a Node.js that is too old for this application; undefined for one that is not */
export function refuseNodeVersion (version: string): string | undefined {
  const [is, needed] = [version, oldest].map(text => text.split('.').map(Number))
  const difference = is?.map((part, index) => part - (needed?.[index] ?? 0)).find(part => part !== 0) ?? 0
  return difference < 0 ? `Rowhouse needs Node.js ${oldest.replace(/\.0$/, '')} or later, and this is ${version}: install one, as from https://nodejs.org, then run npm ci again` : undefined
}

const refusal = refuseNodeVersion(process.versions.node)
if (refusal !== undefined) {
  console.error(refusal)
  process.exit(1)
}
