/** Something to try: what it shows, the answer's status, and the command. */
export interface Stop {
  readonly title: string;
  readonly status: number;
  readonly command: string;
}

/** Commands that work as printed against a running demo. */
export function tour(proxyPort: number, adminPort: number): readonly Stop[] {
  const proxy = `http://127.0.0.1:${proxyPort}`;
  const admin = `http://127.0.0.1:${adminPort}`;
  const upgrade =
    "-H 'connection: Upgrade' -H 'upgrade: websocket' -H 'sec-websocket-version: 13' -H 'sec-websocket-key: c2x1aWNlIHdlYnNvY2tldA=='";
  return [
    {
      title: 'A weighted split: nine of ten requests go to blue',
      status: 200,
      command: `curl -i ${proxy}/color`,
    },
    { title: 'A redirect', status: 301, command: `curl -i ${proxy}/old` },
    { title: 'A rewrite: the service sees /orders', status: 200, command: `curl -i ${proxy}/api/v1/orders` },
    {
      title: 'A retry where needed: the service fails every other request; see x-envoy-attempt-count',
      status: 200,
      command: `curl -i ${proxy}/flaky`,
    },
    { title: 'A timeout: the service takes too long', status: 504, command: `curl -i ${proxy}/slow` },
    {
      title: 'A local rate limit: three requests in ten seconds, the fourth is refused',
      status: 429,
      command: `curl -i '${proxy}/limited?[1-4]'`,
    },
    {
      title: 'A filter in TypeScript: the service learns a greeting, the answer says so',
      status: 200,
      command: `curl -i '${proxy}/hello?name=you'`,
    },
    { title: 'The same filter refuses', status: 400, command: `curl -i ${proxy}/hello` },
    {
      title: 'A WebSocket that greets (curl leaves after a second)',
      status: 101,
      command: `curl -i -N --http1.1 --max-time 1 ${upgrade} ${proxy}/echo`,
    },
    { title: 'The admin server: how the clusters are', status: 200, command: `curl -i ${admin}/clusters` },
    {
      title: 'The admin server: what was counted',
      status: 200,
      command: `curl -i '${admin}/stats?filter=http.ingress_http.downstream_rq'`,
    },
  ];
}

/** The tour as the demo prints it. */
export function tourText(stops: readonly Stop[]): string {
  const said = stops.map(({ title, status, command }) => {
    const answer = status >= 200 && status < 300 ? '' : ` (status ${status})`;
    return `  ${title}${answer}\n    ${command}\n`;
  });
  return said.join('');
}
