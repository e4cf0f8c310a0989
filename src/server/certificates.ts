import type { ExtensionConfig } from '../api/config-node.js';
import type { ExtensionRegistry } from '../api/extension.js';
import type { SecretView } from '../api/secrets.js';
import type { BootstrapModel } from '../config/bootstrap.js';
import type {
  ContextCertificates,
  DownstreamTransportFactory,
  UpstreamTransportFactory,
} from '../network/transport-socket.js';
import type { StatStore } from '../stats/store.js';

const dayMs = 86_400_000;

/** What Envoy shows where there is no certificate at all. */
const noCertificate = 0xffff_ffff;

interface PlacedContext {
  /** `listener.<address>` or `cluster.<name>` */
  readonly root: string;
  read(): ContextCertificates;
}

/** The certificates of every transport socket, as they are now: secrets change. */
export class Certificates {
  private readonly placed: readonly PlacedContext[];

  constructor(model: BootstrapModel, extensions: ExtensionRegistry, secrets: SecretView) {
    const placed: PlacedContext[] = [];
    const add = (
      kind: 'transport.socket.downstream' | 'transport.socket.upstream',
      config: ExtensionConfig | null,
      root: string,
    ): void => {
      if (config === null) return;
      const factory = extensions.find(kind, config.typeUrl) as
        | DownstreamTransportFactory
        | UpstreamTransportFactory
        | undefined;
      const list = factory?.certificates;
      if (list !== undefined) placed.push({ root, read: () => list(config.config, secrets) });
    };
    for (const { chains, defaultChain, statPrefix } of model.listeners) {
      const all = defaultChain === null ? chains : [...chains, defaultChain];
      for (const { transport } of all) add('transport.socket.downstream', transport, statPrefix);
    }
    for (const { transport, transportMatches, statName } of model.clusters) {
      const root = `cluster.${statName}`;
      for (const it of transportMatches) add('transport.socket.upstream', it.transport, root);
      add('transport.socket.upstream', transport, root);
    }
    this.placed = placed;
  }

  /** One entry for each TLS context. */
  list(): readonly ContextCertificates[] {
    return this.placed.map((it) => it.read());
  }

  /** Whole days until the first of them expires. */
  daysLeft(wallMs: number): number {
    let least = noCertificate;
    for (const { caCerts, chain } of this.list()) {
      for (const { validToMs } of [...caCerts, ...chain])
        least = Math.min(least, Math.max(0, Math.floor((validToMs - wallMs) / dayMs)));
    }
    return least;
  }

  /** `ssl.certificate.<name>.expiration_unix_time_seconds` of what there is at the start. */
  declareGauges(store: StatStore): void {
    for (const context of this.placed) {
      const { caCerts, chain } = context.read();
      for (const { statName } of [...caCerts, ...chain]) {
        const name = `${context.root}.ssl.certificate.${statName}.expiration_unix_time_seconds`;
        store.gaugeSource(name, () => {
          const now = context.read();
          const found = [...now.caCerts, ...now.chain].findLast((it) => it.statName === statName);
          return found === undefined ? 0 : Math.floor(found.validToMs / 1000);
        });
      }
    }
  }
}
