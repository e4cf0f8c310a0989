import type { StatScope } from '../api/stats.js';
import type { ClusterCodeStats } from '../api/upstream.js';
import { CodeStats } from './code-stats.js';

/** Final responses below one root: all of them, and by origin of the request and kind of the host. */
export class ResponseStats implements ClusterCodeStats {
  private readonly all: CodeStats;
  private readonly internal: CodeStats;
  private readonly external: CodeStats;
  private readonly canary: CodeStats;

  constructor(scope: StatScope, root: string) {
    this.all = new CodeStats(scope, root);
    this.internal = new CodeStats(scope, `${root}.internal`);
    this.external = new CodeStats(scope, `${root}.external`);
    this.canary = new CodeStats(scope, `${root}.canary`);
  }

  chargeCode(status: number, isInternal: boolean, isCanary: boolean, hidesCode = false): void {
    this.all.charge(status, hidesCode);
    (isInternal ? this.internal : this.external).charge(status);
    if (isCanary) this.canary.charge(status);
  }

  chargeTime(ms: number, isInternal: boolean, isCanary: boolean): void {
    this.all.chargeTime(ms);
    (isInternal ? this.internal : this.external).chargeTime(ms);
    if (isCanary) this.canary.chargeTime(ms);
  }
}
