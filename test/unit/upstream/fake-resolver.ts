import type {
  LookupFamily,
  NameAnswer,
  NameResolver,
} from '../../../src/upstream/membership/name-resolver.js';

/** Names answer what a test said last; every question is noted. */
export class FakeResolver implements NameResolver {
  readonly asked: string[] = [];
  private readonly answers = new Map<string, NameAnswer>();
  private readonly hanging = new Set<string>();

  has(name: string, ips: readonly string[], ttlSeconds = Number.POSITIVE_INFINITY): void {
    this.answers.set(name, { isFailure: false, addresses: ips.map((ip) => ({ ip, ttlSeconds })) });
  }

  fails(name: string, error = 'ESERVFAIL'): void {
    this.answers.set(name, { isFailure: true, error });
  }

  /** Never answers. */
  hangs(name: string): void {
    this.hanging.add(name);
  }

  resolveService(name: string, family: LookupFamily): Promise<NameAnswer> {
    return this.resolve(name, family);
  }

  resolve(name: string, family: LookupFamily): Promise<NameAnswer> {
    this.asked.push(`${name} ${family}`);
    if (this.hanging.has(name)) return new Promise(() => undefined);
    return Promise.resolve(this.answers.get(name) ?? { isFailure: true, error: 'ETIMEOUT' });
  }
}

/** Lets promise callbacks run. */
export async function settled(): Promise<void> {
  for (let i = 0; i < 10; i++) await Promise.resolve();
}
