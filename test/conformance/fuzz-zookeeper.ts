import { MersenneTwister } from '../../src/base/mersenne-twister.js';
import { JuteReader } from '../../src/codec/zookeeper/jute-reader.js';
import { PacketSplitter } from '../../src/codec/zookeeper/packet-splitter.js';
import { readRequest } from '../../src/codec/zookeeper/read-request.js';
import {
  anyone,
  bool,
  connect,
  int,
  list,
  long,
  part,
  request,
  text,
} from '../support/zookeeper/packet-bytes.js';

const path = text('/a/b');
const seeds: readonly Buffer[] = [
  connect(false),
  request(1, 1, path, text('data'), anyone, int(0)),
  request(2, 4, path, bool(true)),
  request(
    3,
    14,
    part(1, false, path, text('x'), anyone, int(1)),
    part(13, false, path, int(1)),
    part(-1, true),
  ),
  request(-8, 101, long(5n), list([path, path]), list([]), list([path])),
  request(4, 16, text('a'), int(-1), text('b'), long(1n)),
];

const limitBytes = 512;

/** Broken ZooKeeper: no throw, and no packet of another length than was said. Answers how many packets were requests. */
export function fuzzZooKeeper(runs: number, seed: number): number {
  const draw = new MersenneTwister(seed);
  const pick = (): Buffer => seeds[draw.next() % seeds.length] as Buffer;
  let requests = 0;
  const onPacket = (bytes: Buffer, start: number, end: number, limit: number): number => {
    if (end - start < 8 || end - start > limitBytes || bytes.readInt32BE(start - 4) !== end - start)
      throw new Error(`a packet of ${end - start} bytes in ${bytes.toString('hex')}`);
    const reader = new JuteReader(bytes, start, limit);
    reader.int32();
    const outcome = readRequest(reader, reader.int32(), {
      onOperation: () => requests++,
      onBrokenPart: () => undefined,
    });
    if (reader.at > limit || limit > bytes.length) throw new Error(`read beyond ${bytes.toString('hex')}`);
    return outcome === 'read' ? reader.at : -1;
  };
  for (let run = 0; run < runs; run++) {
    const splitter = new PacketSplitter({ onPacket, onWrongLength: () => undefined }, 8, limitBytes);
    const bytes = mutate(Buffer.concat([pick(), pick()]), draw);
    const cut = draw.next() % (bytes.length + 1);
    splitter.split(bytes, 0, cut);
    splitter.split(bytes, cut, bytes.length);
  }
  return requests;
}

/** Up to three bytes are changed. */
function mutate(bytes: Buffer, draw: MersenneTwister): Buffer {
  for (let left = draw.next() % 4; left > 0; left--) bytes[draw.next() % bytes.length] = draw.next() & 0xff;
  return bytes;
}
