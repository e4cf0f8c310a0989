import type { ResponseHeaders } from '../../../../base/header-map.js';

/** A strong etag stands for the bytes as they were (RFC 9110 section 8.8.1): it is made weak, or goes. */
export function softenEtag(headers: ResponseHeaders, makesWeak: boolean): void {
  const etag = headers.get('etag');
  if (etag === undefined || /^w\//i.test(etag)) return;
  if (makesWeak) headers.set('etag', `W/${etag}`);
  else headers.remove('etag');
}

/** Tells caches that the response depends on `accept-encoding`. */
export function addVary(headers: ResponseHeaders): void {
  const at = headers.indexOf('vary');
  if (at < 0) {
    headers.add('vary', 'Accept-Encoding');
    return;
  }
  const value = headers.values[at] as string;
  if (!value.includes('Accept-Encoding')) headers.values[at] = `${value}, Accept-Encoding`;
}
