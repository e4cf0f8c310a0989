import type { ConfigNode } from '../../../../api/config-node.js';

/** `envoy.extensions.filters.http.credential_injector.v3.CredentialInjector` with a generic credential. */
export type CredentialInjectorConfig = {
  readonly overwrites: boolean;
  readonly allowsNone: boolean;
  /** Key of the secret; empty when there is none. */
  readonly secret: string;
  /** Lower case. */
  readonly header: string;
};

const generic = 'envoy.extensions.http.injected_credentials.generic.v3.Generic';

export function parseCredentialInjector(node: ConfigNode): CredentialInjectorConfig {
  const overwrites = node.bool('overwrite');
  const allowsNone = node.bool('allow_request_without_credential');
  const wrapper = node.message('credential');
  wrapper?.string('name');
  const inner = wrapper?.message('typed_config');
  if (inner?.typeName !== generic) {
    wrapper?.unsupported('typed_config', 'only generic credentials are injected');
    return { overwrites, allowsNone, secret: '', header: '' };
  }
  const reference = inner.message('credential');
  const name = reference?.string('name') ?? '';
  reference?.unsupported('sds_config', 'the secret stands in the bootstrap');
  const secret = `generic_secret/${name}`;
  reference?.needs.secret({ key: secret, kind: 'generic_secret', name, path: '', watchedDirectory: '' });
  return { overwrites, allowsNone, secret, header: inner.string('header').toLowerCase() || 'authorization' };
}
