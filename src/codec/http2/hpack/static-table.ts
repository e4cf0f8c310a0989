import { type FieldName, fieldName } from './field-name.js';

/** RFC 7541 appendix A in order; fields without a value of their own stand alone. */
const fields = `:authority|:method GET|:method POST|:path /|:path /index.html|:scheme http|:scheme https|:status 200
:status 204|:status 206|:status 304|:status 400|:status 404|:status 500|accept-charset|accept-encoding gzip, deflate
accept-language|accept-ranges|accept|access-control-allow-origin|age|allow|authorization|cache-control
content-disposition|content-encoding|content-language|content-length|content-location|content-range|content-type
cookie|date|etag|expect|expires|from|host|if-match|if-modified-since|if-none-match|if-range|if-unmodified-since
last-modified|link|location|max-forwards|proxy-authenticate|proxy-authorization|range|referer|refresh|retry-after
server|set-cookie|strict-transport-security|transfer-encoding|user-agent|vary|via|www-authenticate`;

/** Entries 1 to 61; index 0 is no entry. */
export const staticNames: FieldName[] = [fieldName('')];
export const staticValues: string[] = [''];
export const staticCount = 61;

/** First entry of each name. */
export const staticNameIndex = new Map<string, number>();

for (const field of fields.split(/[|\n]/)) {
  const at = field.indexOf(' ');
  const name = at < 0 ? field : field.slice(0, at);
  const index = staticNames.length;
  staticNames.push(fieldName(name));
  staticValues.push(at < 0 ? '' : field.slice(at + 1));
  if (!staticNameIndex.has(name)) staticNameIndex.set(name, index);
}
