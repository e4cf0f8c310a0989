import { latencyOf, percentileSeries } from '../report/latency.js';
import { OpenLoop } from './open-loop.js';

/**
 * The open-loop generator as a process of its own, so that it can be pinned:
 * `open-loop-main.js PORT RATE SECONDS CONNECTIONS [PATH]` prints one line of JSON.
 */
const [port = '', rate = '', seconds = '', connections = '64', path = '/'] = process.argv.slice(2);
const loop = new OpenLoop({
  port: Number(port),
  requestsPerSecond: Number(rate),
  seconds: Number(seconds),
  connections: Number(connections),
  now: () => performance.now(),
  request: Buffer.from(`GET ${path} HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\n\r\n`),
});
const { due, answered, failed, histogram, lag } = await loop.run();
const { points } = percentileSeries('', histogram);
const lagP99 = lag.getValueAtPercentile(99);
process.stdout.write(
  `${JSON.stringify({ due, answered, failed, lagP99, latency: latencyOf(histogram), points })}\n`,
);
