/** A request or connection as an operator describes it; nobody has sent it. */
export type Probe = {
  readonly kind: 'http' | 'tcp';
  readonly method: string;
  readonly scheme: string;
  readonly authority: string;
  /** With the query. */
  readonly path: string;
  /** Names in lower case. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly isHttp2: boolean;
  /** Empty: the one that its port or its scheme points at. */
  readonly listener: string;
  readonly sourceIp: string;
  readonly sourcePort: number;
  /** Empty or 0: the listener's. */
  readonly destinationIp: string;
  readonly destinationPort: number;
  readonly serverName: string;
  readonly applicationProtocols: readonly string[];
  readonly isTls: boolean;
  /** The request's random number; null: drawn. */
  readonly random: number | null;
};

/** Where something stands: `file.yaml:12:7`, an xDS resource, `default`, or what else decides. */
export type Place = string;

/** One condition that something was asked, and what the request had to say. */
export type FailedCondition = {
  readonly condition: string;
  readonly got: string;
};

/** A candidate on the way: a filter chain, a virtual host, a route, a branch of a matcher. */
export type Trial = {
  readonly name: string;
  readonly match: string;
  readonly origin: Place;
  readonly verdict: 'chosen' | 'failed' | 'not-reached';
  readonly failed: FailedCondition | null;
};

/** A value in force. */
export type Setting = {
  readonly name: string;
  /** As people write it: `15 s`, `none`, `1024`. */
  readonly value: string;
  readonly origin: Place;
};

export type ListenerExplanation = {
  readonly name: string;
  readonly addresses: readonly string[];
  readonly origin: Place;
  /** Why it and no other. */
  readonly why: string;
  readonly listenerFilters: readonly string[];
};

export type NetworkFilterExplanation = {
  readonly name: string;
  readonly type: string;
  readonly origin: Place;
};

export type FilterExplanation = {
  readonly name: string;
  readonly type: string;
  readonly origin: Place;
  readonly state: 'runs' | 'disabled';
  /** Why it is in that state; empty when nothing was said. */
  readonly why: string;
  /** How many levels around the route have configuration of their own for it. */
  readonly overrides: number;
};

export type RouteExplanation = {
  readonly table: string;
  readonly authority: string;
  /** Virtual hosts, the chosen one among them; with scopes the scope first. */
  readonly virtualHosts: readonly Trial[];
  /** Steps of a matcher tree, where the virtual host has one. */
  readonly matcher: readonly Trial[];
  readonly routes: readonly Trial[];
};

export type HostExplanation = {
  readonly address: string;
  readonly hostname: string;
  readonly weight: number;
  readonly priority: number;
  readonly locality: string;
  /** `healthy`, or the flags of `/clusters`. */
  readonly health: string;
  readonly activeRequests: number;
  readonly isCandidate: boolean;
};

/** A cluster that may be drawn. */
export type ClusterShare = { readonly cluster: string; readonly percent: number };

export type ClusterExplanation = {
  readonly name: string;
  readonly origin: Place;
  readonly type: string;
  readonly balancer: string;
  readonly settings: readonly Setting[];
  /** All, or the first of very many. */
  readonly hosts: readonly HostExplanation[];
  readonly hostCount: number;
  /** Of each priority level, what share of requests it gets. */
  readonly levels: readonly string[];
  /** Address of the host that would be picked; empty for none. */
  readonly pick: string;
  readonly pickNote: string;
};

export type ActionExplanation =
  | {
      readonly kind: 'route';
      readonly cluster: string;
      /** Clusters that may be drawn, with their shares in per cent. */
      readonly shares: readonly ClusterShare[];
      readonly chosenBy: string;
      readonly settings: readonly Setting[];
      /** The head as it goes to the upstream. */
      readonly request: {
        readonly method: string;
        readonly path: string;
        readonly authority: string;
        readonly headers: readonly (readonly [name: string, value: string])[];
      };
      readonly hash: string;
      readonly mirrors: readonly string[];
      readonly target: ClusterExplanation | null;
    }
  | { readonly kind: 'redirect'; readonly status: number; readonly location: string }
  | { readonly kind: 'direct'; readonly status: number; readonly body: string }
  | { readonly kind: 'none'; readonly status: number; readonly why: string };

export type HttpExplanation = {
  readonly kind: 'http';
  readonly statPrefix: string;
  readonly client: string;
  readonly isInternal: boolean;
  /** The proxy's answer to a head that goes no further; null when it is fine. */
  readonly refused: { readonly status: number; readonly details: string } | null;
  readonly settings: readonly Setting[];
  readonly routing: RouteExplanation | null;
  readonly filters: readonly FilterExplanation[];
  readonly action: ActionExplanation | null;
  /** How the head that goes to the upstream differs from the one that came. */
  readonly changes: readonly string[];
};

export type TcpExplanation = {
  readonly kind: 'tcp';
  readonly cluster: string;
  readonly shares: readonly ClusterShare[];
  readonly settings: readonly Setting[];
  readonly target: ClusterExplanation | null;
};

/** What the proxy would do. Types, not interfaces: it crosses threads. */
export type Explanation = {
  readonly probe: Probe;
  /** Empty unless there is no answer: no listener, no filter chain. */
  readonly problem: string;
  /** What the operator should know besides. */
  readonly notes: readonly string[];
  readonly listener: ListenerExplanation | null;
  readonly chains: readonly Trial[];
  readonly chain: {
    readonly name: string;
    readonly origin: Place;
    readonly transport: string;
    readonly filters: readonly NetworkFilterExplanation[];
  } | null;
  readonly protocol: HttpExplanation | TcpExplanation | null;
};
