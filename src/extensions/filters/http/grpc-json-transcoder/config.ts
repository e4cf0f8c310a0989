import type { ConfigNode } from '../../../../api/config-node.js';
import { readDescriptorSet } from '../../../../codec/protobuf/descriptor-set.js';
import type { PrintOptions } from '../../../../codec/protobuf/message-to-json.js';
import type { Schema } from '../../../../codec/protobuf/schema.js';
import { parseTemplate } from './path-template.js';

export type TranscoderConfig = {
  /** A `FileDescriptorSet`; empty with no services: the filter does nothing here. */
  readonly descriptors: Uint8Array;
  readonly services: readonly string[];
  readonly print: PrintOptions;
  readonly stream: 'array' | 'newlines' | 'events';
  readonly keepsRoute: boolean;
  readonly ignoredParameters: readonly string[];
  readonly ignoresUnknownParameters: boolean;
  readonly autoMapping: boolean;
  readonly convertsStatus: boolean;
  readonly unescape: string;
  readonly plusIsSpace: boolean;
  readonly ignoresEnumCase: boolean;
  /** What stands behind a colon at the end of a path is a verb, even one that no template has. */
  readonly takesAnyVerb: boolean;
  /** Parameters that name no field become an extension of the request's `google.api.HttpBody`. */
  readonly capturesUnknown: boolean;
  readonly refusesUnknownMethod: boolean;
  readonly refusesUnknownParameters: boolean;
  readonly refusesCollisions: boolean;
  /** 0: the limit of the stream. */
  readonly maxRequestBytes: number;
  readonly maxResponseBytes: number;
};

/** Reads `GrpcJsonTranscoder`, of the chain and of routes. */
export function parseTranscoder(node: ConfigNode): TranscoderConfig {
  const print = node.message('print_options');
  const validation = node.message('request_validation_options');
  const isEvents = print?.bool('stream_sse_style_delimited') ?? false;
  const isNewlines = print?.bool('stream_newline_delimited') ?? false;
  const config: TranscoderConfig = {
    descriptors: readDescriptors(node),
    services: node.strings('services'),
    print: {
      isIndented: print?.bool('add_whitespace') ?? false,
      printsDefaults: print?.bool('always_print_primitive_fields') ?? false,
      enumsAsNumbers: print?.bool('always_print_enums_as_ints') ?? false,
      keepsNames: print?.bool('preserve_proto_field_names') ?? false,
    },
    stream: isNewlines ? 'newlines' : isEvents ? 'events' : 'array',
    keepsRoute: node.bool('match_incoming_request_route'),
    ignoredParameters: node.strings('ignored_query_parameters'),
    ignoresUnknownParameters: node.bool('ignore_unknown_query_parameters'),
    autoMapping: node.bool('auto_mapping'),
    convertsStatus: node.bool('convert_grpc_status'),
    unescape: node.enum('url_unescape_spec', 'ALL_CHARACTERS_EXCEPT_RESERVED'),
    plusIsSpace: node.bool('query_param_unescape_plus'),
    ignoresEnumCase: node.bool('case_insensitive_enum_parsing'),
    takesAnyVerb: node.bool('match_unregistered_custom_verb'),
    capturesUnknown: node.bool('capture_unknown_query_parameters'),
    refusesUnknownMethod: validation?.bool('reject_unknown_method') ?? false,
    refusesUnknownParameters: validation?.bool('reject_unknown_query_parameters') ?? false,
    refusesCollisions: validation?.bool('reject_binding_body_field_collisions') ?? false,
    maxRequestBytes: node.number('max_request_body_size', 0),
    maxResponseBytes: node.number('max_response_body_size', 0),
  };
  if (config.services.length > 0) check(node, config);
  return config;
}

function readDescriptors(node: ConfigNode): Uint8Array {
  if (node.oneof('descriptor_set') === 'proto_descriptor')
    return node.fileBytes('proto_descriptor') ?? noBytes;
  return node.bytes('proto_descriptor_bin');
}

const noBytes = new Uint8Array(0);

function check(node: ConfigNode, config: TranscoderConfig): void {
  const schema = readDescriptorSet(Buffer.from(config.descriptors));
  if (schema === null) {
    node.error('transcoding_filter: Unable to parse proto descriptor', 'descriptor_set');
    return;
  }
  for (const service of config.services) checkService(node, schema, service);
}

function checkService(node: ConfigNode, schema: Schema, service: string): void {
  const methods = schema.services.get(service);
  if (methods === undefined) {
    node.error(`transcoding_filter: Could not find '${service}' in the proto descriptor`, 'services');
    return;
  }
  for (const { name, rules, output } of methods) {
    for (const { path, responseBody } of rules) {
      const field = output.byName.get(responseBody);
      if (responseBody !== '' && field?.typeName !== 'google.api.HttpBody') {
        const why = 'Setting "response_body" is not supported yet for non-HttpBody fields';
        const full = `${service}.${name}`;
        node.error(`transcoding_filter: Cannot register '${full}': ${why}: ${full}`, 'services');
      }
      if (parseTemplate(path) === null)
        node.error(`transcoding_filter: Cannot register '${service}.${name}' to path matcher`, 'services');
    }
  }
}
