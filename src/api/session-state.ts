import type { RequestHeaders, ResponseHeaders } from '../base/header-map.js';
import type { Plain } from '../base/plain.js';
import type { Extension } from './extension.js';
import type { ThreadScope } from './thread-scope.js';

/** Where the requests of one session carry the address of their host, and how clients are told it. */
export interface SessionState {
  /** Whether this request can have a session at all; when not, nothing else is asked. May not change the request. */
  concerns(headers: RequestHeaders): boolean;
  /** The address that the request names; empty when there is none. What only the proxy may see is taken away. */
  hostOf(headers: RequestHeaders): string;
  /** Tells the client which host has answered. `isSame`: the one that its request named. */
  tell(address: string, isSame: boolean, headers: ResponseHeaders): void;
}

export interface SessionStateFactory<C extends Plain = Plain> extends Extension<C> {
  buildSessionState(config: C, scope: ThreadScope): SessionState;
}

export function isSessionStateFactory(extension: Extension): extension is SessionStateFactory {
  return 'buildSessionState' in extension;
}
