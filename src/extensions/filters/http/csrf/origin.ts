const absoluteUrl = /^[a-z][a-z0-9+.-]*:\/\/(?:[^/?#@]*@)?([^/?#:]+(?::\d{1,5})?)(?=[/?#]|$)/i;

/** Host and port of an absolute URL, as text; of other text all of it; empty of nothing, and of the origin `null`. */
export function originOf(url: string | undefined): string {
  if (url === undefined || url === 'null') return '';
  return absoluteUrl.exec(url)?.[1] ?? url;
}
