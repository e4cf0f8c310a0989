import type { NodeIdentity } from '../../api/thread-scope.js';

/** The release of Envoy whose API this speaks. */
const version = { major_number: 1, minor_number: 40 };

/** A `DiscoveryRequest` in JSON. Fields that say nothing are left out. */
export function discoveryRequest(
  { id, cluster, zone, metadata }: NodeIdentity,
  typeUrl: string,
  names: readonly string[],
  acceptedVersion: string,
): Buffer {
  const node = {
    id,
    cluster,
    ...(metadata === null ? {} : { metadata }),
    ...(zone === '' ? {} : { locality: { zone } }),
    user_agent_name: 'envoy',
    user_agent_build_version: { version },
  };
  return Buffer.from(
    JSON.stringify({
      ...(acceptedVersion === '' ? {} : { version_info: acceptedVersion }),
      node,
      resource_names: [...names].sort(),
      type_url: typeUrl,
    }),
  );
}
