import { createHash, createHmac } from 'node:crypto';

/** Who signs, of an account of AWS. */
export type AwsKeys = {
  readonly id: string;
  readonly secret: string;
  /** Empty: the keys are not of a session. */
  readonly sessionToken: string;
};

/** What is signed: a GET of `/` at that host. */
export interface PresignedRequest {
  readonly host: string;
  readonly region: string;
  readonly service: string;
  readonly lifeSeconds: number;
  /** Of the query, beside those of the signature. */
  readonly parameters: readonly (readonly [name: string, value: string])[];
}

const algorithm = 'AWS4-HMAC-SHA256';
const noBody = sha256('');

/** The query parameters with a signature among them (AWS Signature Version 4), by name. */
export function presign(
  request: PresignedRequest,
  keys: AwsKeys,
  wallMs: number,
): readonly (readonly [name: string, value: string])[] {
  const { host, region, service } = request;
  const time = new Date(wallMs).toISOString().replace(/[-:]|\.\d+/g, '');
  const day = time.slice(0, 8);
  const scope = `${day}/${region}/${service}/aws4_request`;
  const unsigned = byName([
    ...request.parameters,
    ['X-Amz-Algorithm', algorithm],
    ['X-Amz-Credential', `${keys.id}/${scope}`],
    ['X-Amz-Date', time],
    ['X-Amz-Expires', String(request.lifeSeconds)],
    ...(keys.sessionToken === '' ? [] : [['X-Amz-Security-Token', keys.sessionToken] as const]),
    ['X-Amz-SignedHeaders', 'host'],
  ]);
  const query = unsigned.map(([name, value]) => `${strict(name)}=${strict(value)}`).join('&');
  const canonical = `GET\n/\n${query}\nhost:${host}\n\nhost\n${noBody}`;
  const text = `${algorithm}\n${time}\n${scope}\n${sha256(canonical)}`;
  let key: Buffer = Buffer.from(`AWS4${keys.secret}`);
  for (const part of [day, region, service, 'aws4_request']) key = hmac(key, part);
  return byName([...unsigned, ['X-Amz-Signature', hmac(key, text).toString('hex')]]);
}

/** Everything but letters, digits and `-._~` as `%XX`. */
export function strict(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function byName<P extends readonly [string, string]>(parameters: readonly P[]): readonly P[] {
  return [...parameters].sort(([a], [b]) => (a < b ? -1 : 1));
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
