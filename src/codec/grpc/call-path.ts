/** What a gRPC path names. */
export interface CallName {
  readonly service: string;
  readonly method: string;
}

/** Reads `/service/method`, with whatever query; null for a path of another shape. */
export function callNameOf(path: string): CallName | null {
  const query = path.indexOf('?');
  const parts = (query < 0 ? path : path.slice(0, query)).split('/');
  if (parts.length !== 3 || parts[0] !== '') return null;
  const [, service = '', method = ''] = parts;
  return service === '' || method === '' ? null : { service, method };
}
