import type { Extension } from '../../../api/extension.js';
import type { RequestIdConfig } from '../../../http/manager-config.js';

/** The request id that every connection manager makes unless it is told otherwise. */
export const uuidRequestId: Extension<RequestIdConfig> = {
  name: 'envoy.request_id.uuid',
  typeUrl: 'envoy.extensions.request_id.uuid.v3.UuidRequestIdConfig',
  parse: (node) => ({
    packsTraceReason: node.bool('pack_trace_reason', true),
    samplesTracesById: node.bool('use_request_id_for_trace_sampling', true),
  }),
};
