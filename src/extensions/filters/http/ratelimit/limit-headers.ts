import type { DescriptorStatus } from '../../../../codec/ratelimit/rate-limit-answer.js';

/** Seconds of the units that the service names by number: none, second, minute, hour, day, month, year, week. */
const unitSeconds = [0, 1, 60, 3600, 86_400, 2_592_000, 31_536_000, 604_800];

/** The status that says most about the next request: the one with the least left. */
function tightest(statuses: readonly DescriptorStatus[]): DescriptorStatus | null {
  let found: DescriptorStatus | null = null;
  for (const status of statuses) {
    if (status.limit !== null && (found === null || status.remaining < found.remaining)) found = status;
  }
  return found;
}

/** The three headers of draft-ietf-httpapi-ratelimit-headers-03; none without a limit. */
export function limitHeaders(
  statuses: readonly DescriptorStatus[],
): readonly (readonly [name: string, value: string])[] {
  const least = tightest(statuses);
  if (least === null || least.limit === null) return [];
  let policy = '';
  for (const { limit } of statuses) {
    const seconds = unitSeconds[limit?.unit ?? 0] ?? 0;
    if (limit === null || seconds === 0) continue;
    policy += `, ${limit.requestsPerUnit};w=${seconds}${limit.name === '' ? '' : `;name="${limit.name}"`}`;
  }
  return [
    ['x-ratelimit-limit', `${least.limit.requestsPerUnit}${policy}`],
    ['x-ratelimit-remaining', String(least.remaining)],
    ['x-ratelimit-reset', String(least.resetSeconds)],
  ];
}

/** Seconds until every limit that was reached lets requests pass again, at least one; 0 where none was reached. */
export function retryAfter(statuses: readonly DescriptorStatus[]): number {
  let seconds = 0;
  for (const status of statuses) {
    if (status.isOverLimit) seconds = Math.max(seconds, status.resetSeconds, 1);
  }
  return seconds;
}
