import type { DirectResponseView, RedirectView, RouteInput } from '../../../../api/route.js';
import type { LogContext } from '../../../../api/stream-info.js';
import type { RequestHeaders } from '../../../../base/header-map.js';
import type { LocalAnswer } from './local-answers.js';

/** Redirects and direct responses; `context` is what their formats see. */
export function directAnswer(
  action: RedirectView | DirectResponseView,
  input: RouteInput,
  context: LogContext,
): LocalAnswer {
  const { status } = action;
  if (action.kind === 'redirect') {
    const location: [string, string] = ['location', action.location(input)];
    return { status, body: '', options: { details: 'direct_response', headers: [location] } };
  }
  const body = action.body(context);
  const headers: [string, string][] = [];
  if (tellsLocation(status)) headers.push(['location', ownLocation(input.headers)]);
  return { status, body, options: { details: 'direct_response', headers, contentType: action.contentType } };
}

/** Envoy gives every answer of these kinds a location; without a redirect it is that of the request. */
function tellsLocation(status: number): boolean {
  return status === 201 || (status >= 300 && status < 400 && status !== 304);
}

function ownLocation(headers: RequestHeaders): string {
  return `${headers.scheme}://${headers.authority}${headers.path}`;
}
