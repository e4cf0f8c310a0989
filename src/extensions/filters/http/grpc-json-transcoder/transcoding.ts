import { readDescriptorSet } from '../../../../codec/protobuf/descriptor-set.js';
import type { Schema } from '../../../../codec/protobuf/schema.js';
import type { TranscoderConfig } from './config.js';
import { MethodIndex } from './method-index.js';

/** A configuration at work. */
export interface Transcoding {
  readonly config: TranscoderConfig;
  readonly schema: Schema;
  readonly methods: MethodIndex;
}

/** Null where the configuration names no services: requests pass as they are. */
export function buildTranscoding(config: TranscoderConfig): Transcoding | null {
  const schema = config.services.length === 0 ? null : readDescriptorSet(Buffer.from(config.descriptors));
  return schema === null ? null : { config, schema, methods: new MethodIndex(config, schema) };
}
