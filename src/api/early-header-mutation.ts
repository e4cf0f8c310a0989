import type { RequestHeaders } from '../base/header-map.js';
import type { Plain } from '../base/plain.js';
import type { Extension } from './extension.js';
import type { LogContext } from './stream-info.js';

/** Changes a request's headers before anything of the connection manager has looked at them. */
export interface EarlyHeaderMutation {
  /** False keeps the mutations behind it from running. */
  mutate(headers: RequestHeaders, context: LogContext): boolean;
}

export interface EarlyHeaderMutationFactory<C extends Plain = Plain> extends Extension<C> {
  build(config: C): EarlyHeaderMutation;
}
