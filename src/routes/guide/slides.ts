export interface Slide {
  /** Its address on the page, and the name of its template in views/guide. */
  id: string
  /** What it is part of. */
  part: string
  title: string
}

/** The slides of the guide, in their order. */
export const slides: readonly Slide[] = [
  { id: 'start', part: 'A guide to multi-tenancy on PostgreSQL', title: 'Where to draw the line between tenants' },
  { id: 'tenants', part: 'The problem', title: 'One forgotten line shows everything' },
  { id: 'places', part: 'Where to draw the line', title: 'Four places' },
  { id: 'servers', part: 'Where to draw the line', title: 'Several servers' },
  { id: 'databases', part: 'Where to draw the line', title: 'Several databases' },
  { id: 'schemas', part: 'Where to draw the line', title: 'Several schemas' },
  { id: 'one-schema', part: 'Where to draw the line', title: 'One schema' },
  { id: 'filters', part: 'How to hold it', title: 'Mandatory filters' },
  { id: 'keys', part: 'How to hold it', title: 'Denormalised keys' },
  { id: 'policies', part: 'How to hold it', title: 'Row-level security' },
  { id: 'naming', part: 'How to hold it', title: 'A tenant for one transaction' },
  { id: 'request', part: 'How to hold it', title: 'One request, through all walls' },
  { id: 'traps', part: 'How it fails', title: 'The traps of row-level security' },
  { id: 'cost-of-walls', part: 'What it costs', title: 'The price of the walls' },
  { id: 'cost-of-databases', part: 'What it costs', title: 'The price of a database each' },
  { id: 'moving', part: 'What to do', title: 'The line can be moved' },
  { id: 'choosing', part: 'What to do', title: 'How to choose' },
  { id: 'try', part: 'What to do', title: 'Try it yourself' }
]
