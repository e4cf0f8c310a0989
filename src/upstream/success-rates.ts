import { HostHealth, HostWord } from '../api/upstream.js';
import type { Member } from './membership/member.js';
import type { FailurePercentageConfig, OutlierOrigin, SuccessRateConfig } from './outlier-config.js';

/** Nothing was measured. */
export const noRate = -1;

/** How the hosts of a cluster did in the last interval. */
export interface RateSummary {
  /** Percent, `noRate` without enough hosts. */
  readonly average: number;
  readonly threshold: number;
}

export interface RatedHost {
  readonly member: Member;
  /** Percent of the interval's requests. */
  readonly rate: number;
}

export interface RateVerdict {
  readonly summary: RateSummary;
  /** Below the threshold that the cluster's own spread gives. */
  readonly below: readonly RatedHost[];
  /** Failing more than the percentage allows. */
  readonly failing: readonly RatedHost[];
}

const noSummary: RateSummary = { average: noRate, threshold: noRate };

interface Tally {
  total: number;
  passed: number;
  rate: number;
}

/** Words that threads count in, by origin. */
const words = {
  external: [HostWord.resultsTotal, HostWord.resultsPassed],
  local: [HostWord.localTotal, HostWord.localPassed],
} as const;

/**
 * Success rates of one cluster's hosts for one origin, an interval at a time. Threads count without end; what an
 * interval brought is the difference to what stood there at the last one.
 */
export class SuccessRates {
  private readonly origin: OutlierOrigin;
  private readonly tallies: Map<Member, Tally>;
  summary: RateSummary;

  constructor(origin: OutlierOrigin) {
    this.origin = origin;
    this.tallies = new Map();
    this.summary = noSummary;
  }

  add(member: Member): void {
    this.tallies.set(member, { total: 0, passed: 0, rate: noRate });
  }

  remove(member: Member): void {
    this.tallies.delete(member);
  }

  /** Percent of the last interval, `noRate` when too little came. */
  rateOf(member: Member): number {
    return this.tallies.get(member)?.rate ?? noRate;
  }

  /** Ends the interval and judges what it brought. Hosts that are ejected are left out. */
  judge(rates: SuccessRateConfig, failures: FailurePercentageConfig): RateVerdict {
    const judged: RatedHost[] = [];
    const counted: RatedHost[] = [];
    const hasHosts = this.tallies.size >= Math.min(rates.minimumHosts, failures.minimumHosts);
    for (const [member, tally] of this.tallies) {
      const { volume, rate } = this.turn(member, tally);
      if (!hasHosts || volume === 0 || member.has(HostHealth.failedOutlierCheck)) continue;
      if (volume >= Math.min(rates.requestVolume, failures.requestVolume)) tally.rate = rate;
      if (volume >= rates.requestVolume) judged.push({ member, rate });
      if (volume >= failures.requestVolume) counted.push({ member, rate });
    }
    const isSpread = judged.length > 0 && judged.length >= rates.minimumHosts;
    this.summary = isSpread ? summaryOf(judged, rates.stdevFactor / 1000) : noSummary;
    const { threshold } = this.summary;
    const mayFail = counted.length >= failures.minimumHosts;
    return {
      summary: this.summary,
      below: isSpread ? judged.filter(({ rate }) => rate < threshold) : [],
      failing: mayFail ? counted.filter(({ rate }) => 100 - rate >= failures.threshold) : [],
    };
  }

  private turn(member: Member, tally: Tally): { volume: number; rate: number } {
    const [totalWord, passedWord] = words[this.origin];
    const total = member.total(totalWord);
    const passed = member.total(passedWord);
    const volume = total - tally.total;
    const rate = volume > 0 ? (100 * (passed - tally.passed)) / volume : noRate;
    tally.total = total;
    tally.passed = passed;
    tally.rate = noRate;
    return { volume, rate };
  }
}

function summaryOf(hosts: readonly RatedHost[], factor: number): RateSummary {
  const average = hosts.reduce((sum, { rate }) => sum + rate, 0) / hosts.length;
  const variance = hosts.reduce((sum, { rate }) => sum + (rate - average) ** 2, 0) / hosts.length;
  return { average, threshold: average - factor * Math.sqrt(variance) };
}
