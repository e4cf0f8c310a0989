import type { ConfigNode } from '../api/config-node.js';
import type { RedisCredentials, RedisHosts, RedisIam } from '../api/redis-hosts.js';
import { type AwsKeys, presign, strict } from '../base/aws-presign.js';

const providers = 'keys of AWS are taken from the environment or from the configuration';
const otherProviders = [
  'assume_role_credential_provider',
  'assume_role_with_web_identity_provider',
  'config_credential_provider',
  'container_credential_provider',
  'credentials_file_provider',
  'iam_roles_anywhere_credential_provider',
  'instance_profile_credential_provider',
];
const lifeMs = 60_000;

/** `AwsIam`: passwords are signatures. Null without a region or anything to look for keys in: nothing can be signed. */
export function parseRedisIam(node: ConfigNode | undefined): RedisIam | null {
  if (node === undefined) return null;
  const { env } = process;
  const region = node.string('region') || (env['AWS_REGION'] ?? env['AWS_DEFAULT_REGION'] ?? '');
  const source = node.message('credential_provider');
  const keys = parseKeys(source);
  const hasSource =
    source?.bool('custom_credential_provider_chain') !== true ||
    source.message('inline_credential') !== undefined ||
    source.message('environment_credential_provider') !== undefined;
  const iam = {
    keys,
    region,
    service: node.string('service_name') || 'elasticache',
    cacheName: node.string('cache_name'),
    lifeSeconds: Math.floor(node.duration('expiration_time', lifeMs) / 1000),
  };
  return region === '' || !hasSource ? null : iam;
}

function parseKeys(node: ConfigNode | undefined): AwsKeys | null {
  const isChosen = node?.bool('custom_credential_provider_chain') ?? false;
  const hasEnvironment = !isChosen || node?.message('environment_credential_provider') !== undefined;
  for (const name of otherProviders) node?.unsupported(name, providers);
  const inline = node?.message('inline_credential');
  if (inline !== undefined) {
    return {
      id: inline.string('access_key_id'),
      secret: inline.string('secret_access_key'),
      sessionToken: inline.string('session_token'),
    };
  }
  const { env } = process;
  const [id = '', secret = ''] = [env['AWS_ACCESS_KEY_ID'], env['AWS_SECRET_ACCESS_KEY']];
  if (!hasEnvironment || id === '' || secret === '') return null;
  return { id, secret, sessionToken: env['AWS_SESSION_TOKEN'] ?? '' };
}

/** Who the proxy is to that host, at that time of day. */
export function credentialsFor(redis: RedisHosts, address: string, wallMs: number): RedisCredentials {
  return signedCredentials(redis.credentialsOf[address] ?? redis.credentials, redis.iam, wallMs);
}

/** A signature in the place of the password; nobody in particular signs nothing. */
export function signedCredentials(
  credentials: RedisCredentials,
  iam: RedisIam | null,
  wallMs: number,
): RedisCredentials {
  const { username } = credentials;
  if (iam === null) return credentials;
  if (username === '') return { username, password: '' };
  const name = Buffer.from(username, 'latin1').toString();
  const own = [['Action', 'connect'] as const, ['User', name] as const];
  const { keys, cacheName: host } = iam;
  const parameters = keys === null ? own : presign({ ...iam, host, parameters: own }, keys, wallMs);
  const query = parameters.map(([key, value]) => `${key}=${key === 'User' ? lenient(value) : strict(value)}`);
  return { username, password: `${host}/?${query.join('&')}` };
}

/** As Envoy writes the user's name, although the signature is of what stands in every address. */
function lenient(text: string): string {
  return text.replace(/[^ -~]+/gu, (part) => encodeURIComponent(part));
}
