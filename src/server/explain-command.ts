import { parseArgs } from 'node:util';
import { explanationText } from '../admin/explain-text.js';
import { type ProbeText, parseProbe } from '../admin/probe.js';
import type { LoadResult } from '../plane/jobs.js';
import { askAdminPage } from './ask-admin.js';
import { UsageError } from './options.js';
import { runLoadJob } from './run-job.js';

export const explainUsage = `usage: sluice explain -c FILE 'GET https://host/path' [options]      what would become of that request
       sluice explain --admin ADDR 'GET https://host/path' [options]  the same, asked of a running proxy
       sluice explain -c FILE tcp://host:port [options]

  -H 'NAME: VALUE'          a header; may be repeated
      --listener NAME       where the port of the URL does not say which
      --source IP[:PORT]    the client (default 127.0.0.1)
      --destination IP[:PORT]
      --sni NAME, --alpn A,B  what the TLS hello says (default: the host, http/1.1)
      --http2               the request comes as HTTP/2
      --random N            the request's random number, for fractions and weights
      --all                 every candidate, not only the nearest ones
      --json                for programs; docs/operating.md has the fields
`;

const optionTypes = {
  'config-path': { type: 'string', short: 'c' },
  admin: { type: 'string' },
  header: { type: 'string', short: 'H', multiple: true },
  listener: { type: 'string', default: '' },
  source: { type: 'string', default: '' },
  destination: { type: 'string', default: '' },
  sni: { type: 'string', default: '' },
  alpn: { type: 'string', default: '' },
  http2: { type: 'boolean', default: false },
  random: { type: 'string', default: '' },
  'filter-module': { type: 'string', multiple: true },
  all: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

/** `sluice explain`; answers the exit code. */
export async function runExplain(args: readonly string[]): Promise<number> {
  const { values, positionals } = read(args);
  if (values.help) {
    process.stdout.write(explainUsage);
    return 0;
  }
  const [line, ...more] = positionals;
  if (line === undefined || more.length > 0) throw new UsageError(explainUsage);
  const text: ProbeText = {
    request: line,
    headers: values.header ?? [],
    listener: values.listener,
    source: values.source,
    destination: values.destination,
    sni: values.sni,
    alpn: values.alpn,
    isHttp2: values.http2,
    random: values.random,
  };
  const path = values['config-path'];
  const { admin, json, all } = values;
  if ((path === undefined) === (admin === undefined))
    throw new UsageError(`name either a file with -c or a running proxy with --admin\n\n${explainUsage}`);
  const style = { json, all };
  return admin === undefined
    ? explainFile(path as string, text, style, values['filter-module'] ?? [])
    : askAdmin(admin, text, style);
}

function read(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: optionTypes, allowPositionals: true });
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : String(error)}\n\n${explainUsage}`);
  }
}

interface Style {
  readonly json: boolean;
  readonly all: boolean;
}

async function explainFile(
  path: string,
  text: ProbeText,
  { json, all }: Style,
  modules: readonly string[],
): Promise<number> {
  const probe = parseProbe(text);
  if (typeof probe === 'string') throw new UsageError(probe);
  const result = await runLoadJob({ path, allowUnknownFields: false, modules, probe });
  const { explanation } = result;
  process.stderr.write(complaints(result));
  if (explanation === null) return 1;
  process.stdout.write(
    json ? `${JSON.stringify(explanation, null, 1)}\n` : explanationText(explanation, all),
  );
  return explanation.problem === '' ? 0 : 2;
}

/** What is not supported is told: the proxy that is explained does without. */
function complaints({ problems, unsupported }: LoadResult): string {
  const line = (kind: string) => (it: LoadResult['problems'][number]) =>
    `${it.location}: ${kind}: ${it.path === '' ? '' : `${it.path}: `}${it.message}\n`;
  return [...problems.map(line('error')), ...unsupported.map(line('not supported yet'))].join('');
}

async function askAdmin(admin: string, text: ProbeText, { json, all }: Style): Promise<number> {
  const query = new URLSearchParams({
    request: text.request,
    listener: text.listener,
    source: text.source,
    destination: text.destination,
    sni: text.sni,
    alpn: text.alpn,
    http2: text.isHttp2 ? 'y' : 'n',
    random: text.random,
    format: json ? 'json' : 'text',
    all: all ? 'y' : 'n',
  });
  for (const header of text.headers) query.append('header', header);
  const { status, body } = await askAdminPage(admin, `/explain?${query}`);
  if (status === 200) {
    process.stdout.write(body);
    return 0;
  }
  process.stderr.write(body === '' ? `the admin server answered ${status}\n` : body);
  return 1;
}
