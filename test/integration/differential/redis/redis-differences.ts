type Part = 'client' | 'backends' | 'stats';

/** Differences: those with a title below that heading of docs/differences.md, the others of no weight to anybody. */
const meant: readonly {
  readonly title?: string;
  readonly cases?: RegExp;
  readonly part?: Part;
  readonly line: RegExp;
}[] = [
  // Made when first needed here.
  { part: 'stats', line: /\+ cluster\..*\.maglev_lb\./ },
  {
    // Counted where Envoy looks for the first of no hosts.
    cases: /^without a host/,
    part: 'stats',
    line: /lb_healthy_panic/,
  },
  {
    // Keys that are watched are watched on the connection of the transaction.
    title: 'Redis transactions end with EXEC',
    cases: /^watch |leaves what it watched|^a Redis cluster: a transaction/,
    line: /\(connection\)|upstream_cx_(?:total|destroy)/,
  },
  { title: 'Redis transactions end with EXEC', cases: /^a transaction with prefixes$/, line: /./ },
  {
    // The mirror is hung up on when the transaction has ended, whether it has answered by then or not.
    title: 'Redis transactions end with EXEC',
    cases: /^a transaction with a mirror$/,
    part: 'stats',
    line: /cluster\.mirror\..*(?:with_active_rq|success|failure|cancelled)/,
  },
];

export function isMeant(name: string, part: Part, line: string): boolean {
  return meant.some(
    (it) => (it.part ?? part) === part && it.line.test(line) && (it.cases?.test(name) ?? true),
  );
}
