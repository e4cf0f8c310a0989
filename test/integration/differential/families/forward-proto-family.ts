import { type DifferentialCase, get, type HeaderList, simple } from '../differential-case.js';
import { type Fields, type FilterFamily, filter } from './filter-family.js';

const proxyProtocol = filter(
  'envoy.filters.listener.proxy_protocol',
  'envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol',
  { allow_requests_without_proxy_protocol: true },
);

const ports: Fields = {
  forward_proto_config: { https_destination_ports: [443, 8443], http_destination_ports: [80] },
};

const claim: HeaderList = [['x-forwarded-proto', 'https']];

function cases(listener: string): readonly DifferentialCase[] {
  return ['', '443', '8443', '80', '81'].flatMap((port) =>
    [[], claim].map((headers) => {
      const head = port === '' ? '' : `PROXY TCP4 10.1.1.1 10.2.2.2 5555 ${port}\r\n`;
      const claimed = headers.length === 0 ? '' : ', claimed';
      return simple(`forward proto: ${listener}, port ${port}${claimed}`, head + get('/', headers), {
        listener,
      });
    }),
  );
}

/** What was spoken at the address that a connection was meant for. */
export const forwardProtoFamily: FilterFamily = {
  listeners: {
    'port-edge': {
      filters: [],
      listenerFilters: [proxyProtocol],
      manager: { ...ports, use_remote_address: true },
    },
    'port-inner': { filters: [], listenerFilters: [proxyProtocol], manager: ports },
  },
  cases: [...cases('port-edge'), ...cases('port-inner')],
};
