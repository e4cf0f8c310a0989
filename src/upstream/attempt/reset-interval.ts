import type { RateLimitedBackOffConfig } from '../../api/route.js';
import type { HeaderMap } from '../../base/header-map.js';

/** How long a rate-limited response asks to be left alone, from the first header that says so; 0 when none does. */
export function resetIntervalMs(
  headers: HeaderMap,
  config: RateLimitedBackOffConfig,
  wallMs: number,
): number {
  for (const { name, format } of config.resetHeaders) {
    const text = headers.get(name);
    if (text === undefined || !/^\d{1,15}$/.test(text)) continue;
    const seconds = Number(text) - (format === 'SECONDS' ? 0 : Math.floor(wallMs / 1000));
    if (seconds >= 0 && seconds * 1000 <= config.maxIntervalMs) return seconds * 1000;
  }
  return 0;
}
