/** One line of a Prometheus page. */
export interface Sample {
  readonly name: string;
  readonly labels: ReadonlyMap<string, string>;
  readonly value: number;
}

const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*/;
const LABEL = /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\\\|\\n|\\")*)"(,|(?=\}))/;
const TYPE = /^# TYPE ([a-zA-Z_:][a-zA-Z0-9_:]*) (counter|gauge|histogram|summary)$/;
const SUFFIXES: Readonly<Record<string, readonly string[]>> = {
  counter: [''],
  gauge: [''],
  histogram: ['_bucket', '_sum', '_count'],
  summary: ['', '_sum', '_count'],
};

/** A strict reader of text format 0.0.4: throws at whatever a server would refuse or count twice. */
export function parseExposition(page: string): Sample[] {
  if (page !== '' && !page.endsWith('\n')) throw new Error('the last line has no newline');
  const samples: Sample[] = [];
  let family = { name: '', type: '' };
  for (const line of page.split('\n').slice(0, -1)) {
    if (line.startsWith('#')) {
      family = typeOf(line);
      continue;
    }
    const sample = sampleOf(line);
    const isOfFamily = SUFFIXES[family.type]?.some((suffix) => sample.name === family.name + suffix) ?? false;
    if (!isOfFamily) throw new Error(`${line} stands in the family of ${family.name}`);
    samples.push(sample);
  }
  return samples;
}

function typeOf(line: string): { name: string; type: string } {
  const match = TYPE.exec(line);
  if (match === null) throw new Error(`bad comment: ${line}`);
  return { name: match[1]!, type: match[2]! };
}

function sampleOf(line: string): Sample {
  const name = NAME.exec(line)?.[0];
  if (name === undefined || line[name.length] !== '{') throw new Error(`bad name: ${line}`);
  const labels = new Map<string, string>();
  let rest = line.slice(name.length + 1);
  while (!rest.startsWith('}')) {
    const label = LABEL.exec(rest);
    if (label === null) throw new Error(`bad label: ${line}`);
    if (labels.has(label[1]!)) throw new Error(`label twice: ${line}`);
    labels.set(label[1]!, label[2]!);
    rest = rest.slice(label[0].length);
  }
  const value = rest.slice(2);
  if (!rest.startsWith('} ') || !/^(?:nan|-?\d+(?:\.\d+)?(?:e[+-]\d+)?)$/.test(value))
    throw new Error(`bad value: ${line}`);
  return { name, labels, value: Number(value) };
}
