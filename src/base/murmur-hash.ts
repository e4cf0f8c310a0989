const multiplier = 0xc6a4a7935bd1e995n;
const mask = 0xffff_ffff_ffff_ffffn;

function mixed(value: bigint): bigint {
  return value ^ (value >> 47n);
}

/** MurmurHash2 of 64 bits (Austin Appleby, MurmurHash64A) over the bytes of a text, as libstdc++'s `std::hash` seeds it. */
export function murmurHash64(text: string, seed = 0xc70f6907n): bigint {
  const bytes = Buffer.from(text, 'latin1');
  const blocks = bytes.length - (bytes.length % 8);
  let hash = (seed ^ (BigInt(bytes.length) * multiplier)) & mask;
  for (let at = 0; at < blocks; at += 8) {
    const block = (mixed((bytes.readBigUInt64LE(at) * multiplier) & mask) * multiplier) & mask;
    hash = ((hash ^ block) * multiplier) & mask;
  }
  if (blocks < bytes.length) {
    let tail = 0n;
    for (let at = bytes.length - 1; at >= blocks; at--) tail = (tail << 8n) | BigInt(bytes[at] as number);
    hash = ((hash ^ tail) * multiplier) & mask;
  }
  return mixed((mixed(hash) * multiplier) & mask);
}
