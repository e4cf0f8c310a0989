import type { HostUpdate } from '../../../src/api/messages-upstream.js';
import type { NameAnswer } from '../../../src/api/name-caches.js';
import type { Cancellable } from '../../../src/api/upstream.js';
import { BufferPool } from '../../../src/base/buffer-pool.js';
import { SeededRandom } from '../../../src/base/random.js';
import { extensionRegistry } from '../../../src/extensions/index.js';
import { ipAddress } from '../../../src/network/address.js';
import { ThreadSecrets } from '../../../src/plane/thread-secrets.js';
import type { AsyncCallbacks, AsyncRequest } from '../../../src/upstream/async-client.js';
import type { ClusterConfig } from '../../../src/upstream/config.js';
import { DnsCaches } from '../../../src/upstream/dns-cache/dns-caches.js';
import type { AssignmentAnswer } from '../../../src/upstream/membership/assignments.js';
import type { MembershipScope } from '../../../src/upstream/membership/cluster-membership.js';
import { FileWatches } from '../../../src/upstream/membership/file-watches.js';
import { HostSlots } from '../../../src/upstream/membership/host-slots.js';
import { Member } from '../../../src/upstream/membership/member.js';
import { endpoint } from './cluster-configs.js';
import { FakeResolver } from './fake-resolver.js';
import { FakeStats, fakeRuntime, silentLog } from './fake-scope.js';
import { FakeTime } from './fake-time.js';

/** A member outside of any cluster. */
export function loneMember(health = 0, port = 80, ip = '127.0.0.1', hostname = ''): Member {
  const slots = new HostSlots(1);
  slots.reserve(1, 0);
  const slot = slots.take();
  const { address: _, isPipe, healthStatus, ...rest } = endpoint(ip, port);
  const healthCheck = hostname === '' ? null : { address: null, port: 0, hostname, disabled: false };
  const record = { ...rest, slot, ip, healthCheck };
  return new Member(record, ipAddress(ip, port), slots.place(slot), health, {
    sharedNowMs: () => 0,
    onHealthChange: () => undefined,
  });
}

/** A member outside of any cluster, of which a test counts what a thread would. */
export function talliedMember(port: number): {
  readonly member: Member;
  count(word: number, n: number): void;
} {
  const slots = new HostSlots(1);
  slots.reserve(1, 0);
  const slot = slots.take();
  const { address: _, isPipe, healthStatus, ...rest } = endpoint('127.0.0.1', port);
  const place = slots.place(slot);
  const member = new Member({ ...rest, slot, ip: '127.0.0.1' }, ipAddress('127.0.0.1', port), place, 0, {
    sharedNowMs: () => 0,
    onHealthChange: () => undefined,
  });
  return { member, count: (word, n) => place.table.count(place.index, word, n) };
}

/** A request of main's own, which a test answers. */
export interface SentRequest {
  readonly cluster: string;
  readonly request: AsyncRequest;
  readonly callbacks: AsyncCallbacks;
  isCancelled: boolean;
}

/** Everything that main gives its clusters, with what they send noted. */
export class FakeMain implements MembershipScope {
  readonly threads = 3;
  readonly time = new FakeTime();
  readonly clock = this.time;
  readonly timers = this.time.timers;
  readonly random = new SeededRandom(5);
  readonly runtime;
  readonly stats = new FakeStats();
  readonly warnings: string[] = [];
  readonly log = { ...silentLog, warn: (text: string): void => void this.warnings.push(text) };
  readonly extensions = extensionRegistry();
  readonly secrets = new ThreadSecrets([]);
  readonly resolver = new FakeResolver();
  readonly readouts = new Map<string, string>();
  readonly readout = (name: string, text: string): void => void this.readouts.set(name, text);
  readonly fileWatches = new FileWatches();
  readonly outlierLines: string[] = [];
  readonly outlierLog = (line: string): void => void this.outlierLines.push(line);
  readonly logs = new Map<string, string[]>();
  readonly buffers = new BufferPool();
  readonly nameAnswers: NameAnswer[] = [];
  readonly nameCaches: DnsCaches = new DnsCaches(this);
  readonly answers: AssignmentAnswer[] = [];
  readonly published: HostUpdate[] = [];
  readonly node = { id: 'node', cluster: 'nodes', zone: '', metadata: null, localAddress: '127.0.0.1' };
  readonly sent: SentRequest[] = [];
  acknowledged = 0;

  openLog(path: string): (line: string) => void {
    const lines = this.logs.get(path) ?? [];
    this.logs.set(path, lines);
    return (line) => void lines.push(line);
  }

  send(cluster: string, request: AsyncRequest, callbacks: AsyncCallbacks): Cancellable | null {
    const sent = { cluster, request, callbacks, isCancelled: false };
    this.sent.push(sent);
    return {
      cancel: () => {
        sent.isCancelled = true;
      },
    };
  }

  readAssignments(): Promise<AssignmentAnswer> {
    const answer = this.answers.shift();
    return Promise.resolve(answer ?? { kind: 'unreadable', error: 'there is none' });
  }

  sharedNowMs(): number {
    return this.time.now();
  }

  ready: string[] = [];

  constructor(runtime: { readonly [key: string]: number } = {}) {
    this.runtime = fakeRuntime(runtime);
  }

  tellName(answer: NameAnswer): void {
    this.nameAnswers.push(answer);
  }

  resolverFor(): FakeResolver {
    return this.resolver;
  }

  publish(update: HostUpdate): void {
    this.published.push(update);
  }

  acknowledgedVersion(): number {
    return this.acknowledged;
  }

  /** Addresses of the latest update. */
  hosts(): readonly string[] {
    return (this.published.at(-1)?.hosts ?? []).map(({ ip, port }) => `${ip}:${port}`);
  }

  stat(name: string): number {
    return this.stats.get(`cluster.c.${name}`);
  }

  onReady(config: ClusterConfig): () => void {
    return () => void this.ready.push(config.name);
  }
}
