/** A path template of `google.api.http`, `/v1/{name=shelves/*}/books:read`. */
export interface PathTemplate {
  /** Literals, `*` and `**`. */
  readonly segments: readonly string[];
  readonly variables: readonly TemplateVariable[];
  readonly verb: string;
}

export interface TemplateVariable {
  /** Field names from the request message down. */
  readonly path: readonly string[];
  readonly from: number;
  readonly to: number;
}

/** Null when the text is no template. */
export function parseTemplate(text: string): PathTemplate | null {
  const verbAt = text.indexOf(':', Math.max(text.lastIndexOf('/'), text.lastIndexOf('}')));
  const verb = verbAt < 0 ? '' : text.slice(verbAt + 1);
  let rest = verbAt < 0 ? text : text.slice(0, verbAt);
  const segments: string[] = [];
  const variables: TemplateVariable[] = [];
  while (rest !== '') {
    if (!rest.startsWith('/')) return null;
    rest = rest.slice(1);
    const variable = /^\{([A-Za-z0-9_.]+)(?:=([^{}]+))?\}/.exec(rest);
    const piece = variable ?? /^[^/{}]+/.exec(rest);
    if (piece === null) return null;
    const from = segments.length;
    segments.push(...(variable === null ? [piece[0]] : (variable[2] ?? '*').split('/')));
    if (variable !== null)
      variables.push({ path: (variable[1] ?? '').split('.'), from, to: segments.length });
    rest = rest.slice(piece[0].length);
  }
  const many = segments.indexOf('**');
  return segments.includes('') || segments.indexOf('**', many + 1) > many
    ? null
    : { segments, variables, verb };
}

/** What a variable stood for; `isMany`: it may have several segments. */
export interface Binding {
  readonly path: readonly string[];
  readonly segments: readonly string[];
  readonly isMany: boolean;
}

/** The variables of a path that the template matches; null when it does not. */
export function matchTemplate(template: PathTemplate, path: readonly string[]): Binding[] | null {
  const { segments, variables } = template;
  const many = segments.indexOf('**');
  const more = path.length - segments.length;
  if (many < 0 ? more !== 0 : more < -1) return null;
  const at = (index: number): number => (many >= 0 && index > many ? index + more : index);
  for (let i = 0; i < segments.length; i++) {
    const segment = segments[i] as string;
    if (segment !== '*' && segment !== '**' && segment !== path[at(i)]) return null;
  }
  return variables.map(({ path: name, from, to }) => ({
    path: name,
    segments: path.slice(at(from), at(to)),
    isMany: to - from > 1 || segments[from] === '**',
  }));
}

/** Literals before wildcards, `*` before `**`, segment by segment. */
export function compareTemplates(a: PathTemplate, b: PathTemplate): number {
  const rank = (segment: string | undefined): number =>
    segment === undefined ? 3 : segment === '**' ? 2 : segment === '*' ? 1 : 0;
  for (let i = 0; i < Math.max(a.segments.length, b.segments.length); i++) {
    const order = rank(a.segments[i]) - rank(b.segments[i]);
    if (order !== 0) return order;
  }
  return 0;
}

export type UnescapeSpec =
  | 'ALL_CHARACTERS_EXCEPT_RESERVED'
  | 'ALL_CHARACTERS_EXCEPT_SLASH'
  | 'ALL_CHARACTERS';

const reserved = "!#$&'()*+,/:;=?@[]";

/** Percent-escapes as their bytes, except of characters that the specification keeps in values of several segments. */
export function unescapeValue(text: string, isMany: boolean, spec: UnescapeSpec): string {
  if (!text.includes('%')) return text;
  const kept =
    !isMany || spec === 'ALL_CHARACTERS' ? '' : spec === 'ALL_CHARACTERS_EXCEPT_SLASH' ? '/' : reserved;
  const bytes = Buffer.from(text);
  const out: number[] = [];
  for (let i = 0; i < bytes.length; i++) {
    const hex = bytes.toString('latin1', i + 1, i + 3);
    const code = bytes[i] === 0x25 && /^[0-9a-fA-F]{2}$/.test(hex) ? Number.parseInt(hex, 16) : -1;
    if (code < 0 || kept.includes(String.fromCharCode(code))) out.push(bytes[i] as number);
    else {
      out.push(code);
      i += 2;
    }
  }
  return Buffer.from(out).toString();
}
