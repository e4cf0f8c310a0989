import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { brotliDecompressSync, gunzipSync, gzipSync } from 'node:zlib';
import type { CompressionLibrary } from '../../../../src/api/compression.js';
import {
  brotliCompressor,
  brotliDecompressor,
} from '../../../../src/extensions/compression/brotli/brotli.js';
import { gzipCompressor, gzipDecompressor } from '../../../../src/extensions/compression/gzip/gzip.js';
import { zstdCompressor } from '../../../../src/extensions/compression/zstd/zstd.js';
import { readText } from '../../../support/config-text.js';

/** What came of writing the parts, each before the next, then the end. */
function run(library: CompressionLibrary, text: string, parts: readonly Buffer[]) {
  const { value } = readText(library.typeUrl, text, (node) => library.parse(node));
  const out: Buffer[] = [];
  let taken = 0;
  return new Promise<{ out: Buffer; taken: number; error: string }>((resolve) => {
    const transform = library.build(value).make({
      onBytes: (bytes) => void out.push(bytes),
      onTaken: (count) => {
        taken += count;
      },
      onEnd: () => resolve({ out: Buffer.concat(out), taken, error: '' }),
      onError: (error) => resolve({ out: Buffer.concat(out), taken, error: error.message }),
    });
    for (const part of parts) transform.write(part);
    transform.end();
  });
}

const text = Buffer.from('to be or not to be, '.repeat(200));

test('gzip and brotli compress what anybody can undo', async () => {
  const parts = [text.subarray(0, 100), text.subarray(100)];
  const gzipped = await run(
    gzipCompressor as CompressionLibrary,
    '{ compression_level: BEST_SPEED, window_bits: 15 }',
    parts,
  );
  deepEqual(gunzipSync(gzipped.out), text);
  equal(gzipped.taken, text.length);
  const brotlied = await run(
    brotliCompressor as CompressionLibrary,
    '{ quality: 5, encoder_mode: TEXT }',
    parts,
  );
  deepEqual(brotliDecompressSync(brotlied.out), text);
});

test('what was compressed comes back, and garbage is an error', async () => {
  const gunzip = gzipDecompressor as CompressionLibrary;
  deepEqual((await run(gunzip, '{ window_bits: 15 }', [gzipSync(text)])).out, text);
  equal((await run(gunzip, '{}', [Buffer.from('no gzip')])).error, 'incorrect header check');
  equal((await run(brotliDecompressor as CompressionLibrary, '{}', [gzipSync(text)])).error !== '', true);
});

test('zstd is refused by name', () => {
  const { problems } = readText(zstdCompressor.typeUrl, '{ compression_level: 3 }', (node) =>
    zstdCompressor.parse(node),
  );
  equal(problems.length, 1);
});
