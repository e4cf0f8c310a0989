import type { AddressInfo, Server } from 'node:net';
import type { TestContext } from 'node:test';
import { HostHealth } from '../../../../src/api/upstream.js';
import type { ClusterConfig } from '../../../../src/upstream/config.js';
import type { CheckKind } from '../../../../src/upstream/health/config.js';
import { H } from '../../../../src/upstream/health/health-stats.js';
import type { ProbeResult } from '../../../../src/upstream/health/probe.js';
import { ProbeMakers } from '../../../../src/upstream/health/probe-makers.js';
import { cluster, httpCheck } from '../cluster-configs.js';
import { FakeMain, loneMember } from '../member-support.js';

export async function listening(t: TestContext, server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  return (server.address() as AddressInfo).port;
}

export interface Checks {
  /** Runs one check to its result. */
  check(): Promise<ProbeResult>;
  /** Begins one and gives it up. */
  abandoned(): void;
  readonly main: FakeMain;
}

export interface CheckSettings {
  readonly keepsConnection?: boolean;
  readonly runtime?: { readonly [key: string]: number };
  readonly hostname?: string;
  /** Of the cluster. */
  readonly config?: Partial<ClusterConfig>;
}

/** Checks of the host at that port of this machine, as the configuration makes them. */
export function checksOf(
  t: TestContext,
  port: number,
  check: CheckKind,
  { keepsConnection = true, runtime = {}, hostname = '', config: fields = {} }: CheckSettings = {},
): Checks {
  const main = new FakeMain(runtime);
  const config = httpCheck({ check, reuseConnection: keepsConnection });
  const checked = {
    config: cluster({ name: 'web', ...fields }),
    statRoot: 'cluster.web',
    hasTraffic: () => true,
    onResult: () => undefined,
    transportOf: () => null,
  };
  const makers = new ProbeMakers(config, checked, main, main.stats.bind('hc', H));
  let tell: (result: ProbeResult) => void = () => undefined;
  const member = loneMember(HostHealth.failedActiveHc, port, '127.0.0.1', hostname);
  const probe = makers.of(member)((result) => tell(result));
  t.after(() => probe.close());
  return {
    main,
    check: () =>
      new Promise((resolve) => {
        tell = resolve;
        probe.begin();
      }),
    abandoned: () => {
      probe.begin();
      probe.abandon();
    },
  };
}
