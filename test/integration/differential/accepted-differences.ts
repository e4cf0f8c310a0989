import type { Part } from './observation.js';

/** A difference that is meant. */
export interface AcceptedDifference {
  /** Heading of its paragraph in docs/differences.md, which gives the reason. */
  readonly title: string;
  /** Cases it shows in; all when omitted. */
  readonly cases?: RegExp;
  readonly parts: readonly Part[];
  /** Lines of the difference (with their `-` or `+`) that it accounts for. */
  readonly line: RegExp;
}

const anyPart: readonly Part[] = ['client', 'origin', 'defaultLog', 'customLog', 'stats'];

/** Refused here, read by Envoy in one way and by others in another. */
const strictCases = new RegExp(
  [
    'request line .*: (?:a tab before the target|a space at the end of the line|(?:a )?bare line feeds? .*)',
    'field .*: (?:a bare line feed .*|a line feed before the carriage return)',
    'coding .*: (?:a tab behind|a carriage return within)',
    'chunk .*: (?:a (?:space|tab) behind the size|a size of 2\\^63|a bare line feed .*|data .*|no end of line .*)',
    'chunk .*: (?:an extension with (?:a space.*|NUL)|an empty extension|too many trailers)',
    '(?:chunk|trailer) .*: a trailer that is (?:content-length|transfer-encoding)',
    'HTTP/1\\.0 .*: chunks',
    'size .*: (?:far too many fields|a chunk line that never ends)',
    'an answer .*: (?:a status of .* digits|status 099|version 2\\.0|bare line feeds)',
  ]
    .map((pattern) => `^${pattern}$`)
    .join('|'),
);

/** The one list of differences that are no mistakes; a test compares it with the document. */
export const acceptedDifferences: readonly AcceptedDifference[] = [
  {
    title: 'The buffers of the transcoder are not counted',
    parts: ['stats'],
    line: /^- http\.[\w-]+\.transcoder_(?:request|response)_buffer_bytes \d+$/,
  },
  {
    title: 'A closing connection says so at once',
    parts: ['stats'],
    line: /http\.[\w-]+\.downstream_cx_(?:delayed_close_timeout|destroy_local|destroy_remote) \d+$/,
  },
  {
    title: 'A closing connection says so at once',
    cases: /upload goes on/,
    parts: ['stats'],
    line: /downstream_cx_rx_bytes_total/,
  },
  {
    title: 'Repeated list headers keep their lines',
    cases: /^repeated headers stay apart$|^expectation .*: two fields$/,
    parts: ['origin', 'stats'],
    line: / accept: | expect: |upstream_cx_tx_bytes_total/,
  },
  {
    title: 'Pipelined local answers are no flood',
    cases: /^pipelined requests answered here$/,
    parts: anyPart,
    line: /./,
  },
  {
    title: 'Lines and framing are read strictly',
    cases: strictCases,
    parts: anyPart,
    line: /./,
  },
  {
    title: 'Folded header lines are refused',
    cases: /^a folded header line$|: (?:a )?folded(?: \w+)?$/,
    parts: anyPart,
    line: /./,
  },
  {
    title: 'Bytes before an upstream protocol error are passed on',
    cases: /^the origin breaks a chunked body$/,
    parts: ['client', 'defaultLog', 'customLog', 'stats'],
    line: /chunked body, incomplete|bad-chunk|_bytes_total/,
  },
  {
    title: 'A status without a body has no length',
    cases: /^a body mapped to a status that has none$/,
    parts: ['client'],
    line: / content-length: 11$/,
  },
  {
    title: 'An empty host is logged as absent',
    cases: /an empty host$|^host \(strict\): empty$|: an empty host field$|^forward proxy: no host$/,
    parts: ['defaultLog', 'customLog'],
    line: /empty-host|code=\d+ .* host=-? answer| "-?" "/,
  },
  {
    title: 'Stats of its own',
    cases: /^every stat$/,
    parts: ['stats'],
    line: /^\+ (?:http\.\w+\.filter_error|server\.worker_restarts|http2\.\w+)$/,
  },
  {
    title: 'The trailers of a decompressor bear its own name',
    cases: /^decompressor unbrotli/,
    parts: ['client'],
    line: /x-envoy-decompressor-own_/,
  },
  {
    title: 'A limit that is switched off counts nothing down',
    cases: /^network: a limit that runtime switched off/,
    parts: ['stats'],
    line: /^- connection_limit\.own\.active_connections 1844/,
  },
  {
    title: 'Empty details are no details',
    cases: /^custom_response: /,
    parts: ['customLog'],
    line: / details=-? /,
  },
  {
    title: 'Faults of HTTP/2 are told before the end',
    cases:
      /^HTTP\/2: (?:headers on an even stream|a reset of an idle stream|an empty increment|a push promise)$/,
    parts: ['client'],
    line: /GOAWAY after stream 0, code 1|none body, incomplete|SETTINGS/,
  },
  {
    title: 'Streams above the limit are refused one by one',
    cases: /^HTTP\/2: more streams than allowed$/,
    parts: anyPart,
    line: /./,
  },
  {
    title: 'White space around values is cut off in HTTP/2',
    cases: /^HTTP\/2: spaces around a value/,
    parts: ['origin'],
    line: / x-a: /,
  },
  {
    title: 'A refused upgrade does not end an HTTP/2 connection',
    cases: /^HTTP\/2: an upgrade nobody knows$/,
    parts: ['client'],
    line: /GOAWAY|none body, incomplete/,
  },
  {
    title: 'An answer behind GOAWAY is no fault',
    cases:
      /^HTTP\/2: (?:an origin that says GOAWAY and answers|options of a cluster: (?:one request a connection|GOAWAY that includes one of two))$/,
    parts: ['stats'],
    line: /upstream_cx_protocol_error \d$/,
  },
  {
    title: 'Colons in names of stats are underscores',
    cases: /^mongo: .*colon$/,
    parts: ['stats'],
    line: /^[-+] mongo\./,
  },
  {
    title: 'What a message leaves over is no MongoDB',
    cases: /^mongo: broken: a query with a third document$/,
    parts: ['stats'],
    line: /decoding_error|op_reply|OP_REPLY/,
  },
  {
    title: 'MongoDB messages that wait are counted once',
    cases: /^mongo: a message while another is delayed$/,
    parts: ['stats'],
    line: /^[-+] (?:mongo\.|connection |\{time)/,
  },
  {
    title: 'Lines of the MongoDB log are valid JSON',
    cases: /^mongo: (?:value: .*(?:backslash|strange bytes|NUL inside)|an escaped call site)/,
    parts: ['stats'],
    line: /"opcode": "OP_QUERY"/,
  },
  {
    title: 'ZooKeeper packets are read one by one',
    cases:
      /^zookeeper: (?:broken: (?:getData without watch, in one read|a packet at its limit)|a conversation in pieces of (?:5|11))$/,
    parts: ['stats'],
    line: /\.zookeeper\.|^[-+] connection /,
  },
  {
    title: 'A refused client of TLS is not told why',
    cases: /^TLS: .* (?:is refused|at keyed-san, certificate: good)$/,
    parts: ['client'],
    line: /^(?:- \[error\] ERR_SSL_\w+|\+ \[error\] ECONNRESET)$/,
  },
  {
    title: 'A handshake that fails has no version',
    cases: /^TLS: /,
    parts: ['customLog'],
    line: /^(?:- DOWNSTREAM_TLS_(?:VERSION=TLSv1\.[23]|CIPHER=[\w-]+)|\+ DOWNSTREAM_TLS_(?:VERSION|CIPHER)=-)$/,
  },
  {
    title: 'A session made without a certificate does not lead where one is required',
    cases: /^TLS: a session of TLS 1\.[23] of keyed-asking at keyed-required, /,
    parts: ['client', 'customLog', 'stats'],
    line: /./,
  },
  {
    title: 'The library words what goes wrong below TLS',
    cases:
      /^TLS: (?:SSH|bytes that are nothing|a record that is no handshake|crl: foreign is refused|upstream: (?:no-shared-cipher|resets))$/,
    parts: ['client', 'customLog'],
    line: /^[-+] (?:15030[13]0002\w{4}$|(?:(?:DOWN|UP)STREAM_TRANSPORT_FAILURE_REASON|RESPONSE_CODE_DETAILS)=)/,
  },
  {
    title: 'Gauges of a filter appear with the first connection',
    parts: ['stats'],
    line: /adaptive_concurrency\.gradient_controller\.(?:concurrency_limit|min_rtt_\w+) \d+$/,
  },
  {
    title: 'An attempt asks for a connection when its filters have let its head pass',
    cases: /^attempt filters: .*body that outgr(?:ows|ew) the buffer$/,
    parts: ['stats'],
    line: /^- cluster\.buffered\.upstream_(?:cx_\w+|rq_cancelled|rq_pending_total) 1$/,
  },
];

/** Whether a line of a difference is accounted for. */
export function isAccepted(caseName: string, part: Part, line: string): boolean {
  return acceptedDifferences.some(
    (accepted) =>
      accepted.parts.includes(part) && accepted.cases?.test(caseName) !== false && accepted.line.test(line),
  );
}
