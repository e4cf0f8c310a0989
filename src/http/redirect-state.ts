/** Filter state that outlives an internal redirect: what the redirects before have left, and nothing of filters. */
export function redirectState(state: ReadonlyMap<string, unknown> | null): Map<string, unknown> | null {
  if (state === null) return null;
  const kept = [...state].filter(
    ([key]) =>
      key === 'num_internal_redirects' ||
      key === 'envoy.filters.http.custom_response' ||
      key.startsWith('envoy.internal_redirect.'),
  );
  return kept.length === 0 ? null : new Map(kept);
}
