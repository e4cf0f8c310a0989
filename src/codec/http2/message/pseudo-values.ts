const method = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
/** RFC 3986 section 3.2 without user information. */
const authority = /^[-A-Za-z0-9._~%!$&'()*+,;=:[\]]+$/;
const pathBytes = /^[\x21-\x7e\x80-\xff]+$/;
const scheme = /^[A-Za-z][A-Za-z0-9+.-]*$/;

export function isMethod(value: string): boolean {
  return value === 'GET' || value === 'POST' || method.test(value);
}

export function isAuthority(value: string): boolean {
  return authority.test(value);
}

export function isScheme(value: string): boolean {
  return value === 'http' || value === 'https' || scheme.test(value);
}

export function hasPathBytes(value: string): boolean {
  return pathBytes.test(value);
}

/** Origin form, or the asterisk of OPTIONS. */
export function isPath(value: string, ofMethod: string): boolean {
  return value.charCodeAt(0) === 47 || (value === '*' && ofMethod === 'OPTIONS');
}
