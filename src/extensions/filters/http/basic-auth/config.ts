import type { ConfigNode } from '../../../../api/config-node.js';

/** Name and base64 of the SHA-1 of the password. */
export type BasicAuthUsers = readonly (readonly [name: string, hash: string])[];

/** `envoy.extensions.filters.http.basic_auth.v3.BasicAuth`. */
export type BasicAuthConfig = {
  readonly users: BasicAuthUsers;
  /** Header that tells the upstream who asks; empty for none. */
  readonly forwardHeader: string;
  /** Header that credentials come in. */
  readonly header: string;
  readonly allowsMissing: boolean;
  readonly emitsMetadata: boolean;
  /** Empty: the URL that was asked for. */
  readonly realm: string;
};

/** What a route changes. */
export type BasicAuthRouteConfig = { readonly users: BasicAuthUsers; readonly realm: string };

export function parseBasicAuth(node: ConfigNode): BasicAuthConfig {
  return {
    ...parseBasicAuthPerRoute(node),
    forwardHeader: node.string('forward_username_header').toLowerCase(),
    header: node.string('authentication_header').toLowerCase() || 'authorization',
    allowsMissing: node.bool('allow_missing'),
    emitsMetadata: node.bool('emit_dynamic_metadata'),
  };
}

export function parseBasicAuthPerRoute(node: ConfigNode): BasicAuthRouteConfig {
  const users = readHtpasswd(node.dataSource('users') ?? '');
  if (!node.has('users')) node.error('Unexpected DataSource::specifier_case(): 0', 'users');
  else if (users.length === 0) node.error('DataSource cannot be empty', 'users');
  if (typeof users === 'string') node.error(users, 'users');
  return { users: typeof users === 'string' ? [] : users, realm: node.string('realm') };
}

const sha1Base64Length = 28;

/** Lines of an htpasswd file with SHA-1 hashes; a text is the problem with them, in Envoy's words. */
function readHtpasswd(text: string): BasicAuthUsers | string {
  const users = new Map<string, string>();
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('#')) continue;
    const colon = line.indexOf(':');
    if (colon < 0) return 'basic auth: invalid htpasswd format, username:password is expected';
    const name = line.slice(0, colon);
    const hash = line.slice(colon + 1);
    if (name === '' || hash === '') return 'basic auth: empty user name or password';
    if (users.has(name)) return 'basic auth: duplicate users';
    if (!hash.startsWith('{SHA}')) return 'basic auth: unsupported htpasswd format: please use {SHA}';
    const digest = hash.slice('{SHA}'.length);
    if (digest.length !== sha1Base64Length)
      return 'basic auth: invalid htpasswd format, invalid SHA hash length';
    users.set(name, digest);
  }
  return [...users];
}
