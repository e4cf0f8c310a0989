import type { ConfigNode, SecretReference } from '../api/config-node.js';
import type { ExtensionRegistry } from '../api/extension.js';
import type { SecretValue, WatchedSecret } from '../api/secrets.js';
import type { Problem } from '../base/errors.js';
import {
  parseSecret,
  type SecretKind,
  secretKey,
} from '../extensions/transport-sockets/tls/secret-config.js';
import { loadConfig } from './load.js';
import type { ConfigFiles, SecretNeed } from './node/read-context.js';

const secretType = 'envoy.extensions.transport_sockets.tls.v3.Secret';

/** Names of the kinds in Envoy's messages. */
const kindNames: { readonly [kind in SecretKind]: string } = {
  tls_certificate: 'TlsCertificate',
  validation_context: 'CertificateValidationContext',
  session_ticket_keys: 'TlsSessionTicketKeys',
  generic_secret: 'GenericSecret',
};

const kinds = Object.keys(kindNames) as readonly SecretKind[];

/** Reads `static_resources.secrets`. */
export function parseStaticSecrets(nodes: readonly ConfigNode[]): readonly SecretValue[] {
  const found = new Map<string, SecretValue>();
  for (const node of nodes) {
    const name = node.string('name');
    const kind = kinds.find((it) => node.has(it));
    if (kind === undefined) {
      node.error('Secret type not implemented');
      continue;
    }
    const key = secretKey(kind, name, '');
    if (found.has(key)) node.error(`Duplicate static ${kindNames[kind]} secret name ${name}`, 'name');
    found.set(key, { key, value: parseSecret(node, kind) });
  }
  return [...found.values()];
}

/** What came of the references to secrets. */
export interface ResolvedSecrets {
  readonly values: readonly SecretValue[];
  readonly watched: readonly WatchedSecret[];
  readonly problems: readonly Problem[];
}

/** Finds every secret that is referred to: among the static ones, or in its file. */
export function resolveSecrets(
  needs: Iterable<SecretNeed>,
  known: readonly SecretValue[],
  registry: ExtensionRegistry,
  files: ConfigFiles,
): ResolvedSecrets {
  const keys = new Set(known.map(({ key }) => key));
  const values: SecretValue[] = [...known];
  const watched: WatchedSecret[] = [];
  const problems: Problem[] = [];
  for (const { origin, ...reference } of needs) {
    if (reference.path === '') {
      if (keys.has(reference.key)) continue;
      const location = `${origin.source}:${origin.line}:${origin.column}`;
      problems.push({ location, path: origin.path, message: `Unknown static secret: ${reference.name}` });
      continue;
    }
    const read = readSecretFile(reference, registry, files);
    problems.push(...read.problems);
    values.push({ key: reference.key, value: read.value });
    watched.push({ reference, files: read.files });
  }
  return { values, watched, problems };
}

export interface SecretFileResult {
  /** Undefined with problems, or when the file has no such secret. */
  readonly value: SecretValue['value'];
  readonly problems: readonly Problem[];
  /** Every file that was read, the discovery response first. */
  readonly files: readonly string[];
}

/** Reads a discovery response with secrets and takes the one that is referred to. */
export function readSecretFile(
  reference: SecretReference,
  registry: ExtensionRegistry,
  files: ConfigFiles,
): SecretFileResult {
  const read: string[] = [];
  const recording: ConfigFiles = {
    read: (path) => {
      read.push(path);
      return files.read(path);
    },
    env: (name) => files.env(name),
  };
  const loaded = loadConfig({
    path: reference.path,
    rootType: 'envoy.service.discovery.v3.DiscoveryResponse',
    registry,
    files: recording,
    unknownFields: 'reject',
  });
  let value: SecretValue['value'];
  for (const node of loaded.root.list('resources')) {
    if (node.typeName !== secretType || node.string('name') !== reference.name) continue;
    value = parseSecret(node, reference.kind as SecretKind);
  }
  return { value, problems: [...loaded.finish().problems], files: read };
}
