import { BufferPool } from '../../src/base/buffer-pool.js';
import type { StreamOwner } from '../../src/stream/direction.js';

const nothing = (): void => undefined;

/** A stream that goes on for ever and drops what comes out of it: for benches of what happens before. */
export const silentOwner: StreamOwner = {
  isOver: false,
  buffers: new BufferPool(),
  encodeHeaders: nothing,
  encodeData: nothing,
  encodeTrailers: nothing,
  onRequestOverLimit: nothing,
  onResponseOverLimit: nothing,
  pauseRequest: nothing,
  resumeRequest: nothing,
  pauseResponse: nothing,
  resumeResponse: nothing,
  onFilterError: nothing,
};
