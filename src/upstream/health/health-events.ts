import type { Clock } from '../../base/clock.js';
import type { Plain } from '../../base/plain.js';
import { isPlainObject } from '../../base/plain-path.js';
import type { Member } from '../membership/member.js';

/** `HealthCheckFailureType` */
export type HealthFailure = 'ACTIVE' | 'PASSIVE' | 'NETWORK' | 'NETWORK_TIMEOUT';

/** Writes one line somewhere; it ends with its newline. */
export type LineWriter = (line: string) => void;

/** Members of `HealthCheckEvent` by the numbers of its fields, the order in which they print. */
type Event =
  | { readonly eject_unhealthy_event: { readonly failure_type: HealthFailure; http_status_code: number } }
  | { readonly add_healthy_event: { readonly first_check: boolean } }
  | {
      readonly health_check_failure_event: {
        readonly failure_type: HealthFailure;
        readonly first_check: boolean;
        readonly http_status_code: number;
      };
    }
  | { readonly degraded_healthy_host: object }
  | { readonly no_longer_degraded_host: object }
  | { readonly successful_health_check_event: object };

/** Where an event stands among the fields that every line has: before the time, behind it, or last. */
type Place = 'early' | 'middle' | 'late';

/** Lines of one health check's event log, as `envoy.data.core.v3.HealthCheckEvent` prints as JSON. */
export class HealthEvents {
  private readonly type: string;
  private readonly cluster: string;
  private readonly clock: Clock;
  private readonly writers: readonly LineWriter[];

  constructor(type: string, cluster: string, clock: Clock, writers: readonly LineWriter[]) {
    this.type = type;
    this.cluster = cluster;
    this.clock = clock;
    this.writers = writers;
  }

  ejected(member: Member, failure: HealthFailure, status: number): void {
    this.write(member, 'early', {
      eject_unhealthy_event: { failure_type: failure, http_status_code: status },
    });
  }

  added(member: Member, isFirst: boolean): void {
    this.write(member, 'early', { add_healthy_event: { first_check: isFirst } });
  }

  failed(member: Member, failure: HealthFailure, isFirst: boolean, status: number): void {
    this.write(member, 'middle', {
      health_check_failure_event: { failure_type: failure, first_check: isFirst, http_status_code: status },
    });
  }

  passed(member: Member): void {
    this.write(member, 'late', { successful_health_check_event: {} });
  }

  degraded(member: Member): void {
    this.write(member, 'middle', { degraded_healthy_host: {} });
  }

  noLongerDegraded(member: Member): void {
    this.write(member, 'middle', { no_longer_degraded_host: {} });
  }

  private write(member: Member, place: Place, event: Event): void {
    const { metadata, locality } = member.record;
    const line = `${JSON.stringify({
      health_checker_type: this.type,
      host: addressOf(member),
      cluster_name: this.cluster,
      ...(place === 'early' ? event : {}),
      timestamp: new Date(this.clock.wallMs()).toISOString(),
      ...(place === 'middle' ? event : {}),
      ...metadataOf(metadata),
      locality: { region: locality.region, zone: locality.zone, sub_zone: locality.subZone },
      ...(place === 'late' ? event : {}),
    })}\n`;
    for (const writer of this.writers) writer(line);
  }
}

/** Every field of `core.v3.Address`, the empty ones too. */
function addressOf({ address }: Member): Plain {
  if (!address.isIp) return { pipe: { path: address.ip, mode: 0 } };
  return {
    socket_address: {
      protocol: 'TCP',
      address: address.ip,
      port_value: address.port,
      resolver_name: '',
      ipv4_compat: false,
      network_namespace_filepath: '',
    },
  };
}

function metadataOf(metadata: Plain): object {
  if (!isPlainObject(metadata)) return {};
  return { metadata: { filter_metadata: metadata['filter_metadata'] ?? {}, typed_filter_metadata: {} } };
}
