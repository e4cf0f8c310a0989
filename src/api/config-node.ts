import type { Plain } from '../base/plain.js';
import type { ExtensionKind } from './extension.js';

/** Where a value stands: a file with its line and column (both from 1), or an xDS resource. */
export interface Origin {
  /** File path as it was given, or `xds:<type>/<name>@<version>`. */
  readonly source: string;
  /** 1-based; 0 where the source has no lines. */
  readonly line: number;
  readonly column: number;
  /** Dotted path from the root of the source, `static_resources.listeners[0].name`. */
  readonly path: string;
}

/** A nested extension after its own `parse` ran: plain data, ready to cross threads. */
export type ExtensionConfig = {
  /** The `name` of the wrapper message: key of per-route configuration and of metadata. */
  readonly name: string;
  /** Type that `typed_config` arrived as, without `type.googleapis.com/`. */
  readonly typeUrl: string;
  /** What the factory's `parse` returned. */
  readonly config: Plain;
  /** Where it stands; kept for filters, which `explain` lists. */
  readonly origin?: string;
};

/** `type.v3.FractionalPercent` or `RuntimeFractionalPercent`, as `numerator` of `denominator`. */
export type FractionConfig = {
  readonly numerator: number;
  /** 100, 10 000 or 1 000 000. */
  readonly denominator: number;
  /** Runtime key that overrides it, empty when there is none. */
  readonly runtimeKey: string;
};

/** A secret that some configuration names. */
export type SecretReference = {
  /** Under which threads will find it. */
  readonly key: string;
  /** The member of `Secret` that it has to be, `tls_certificate`. */
  readonly kind: string;
  readonly name: string;
  /** File that it is discovered from; empty: it stands in the bootstrap. */
  readonly path: string;
  /** Directory whose changes make the file be read again; empty: the file's own. */
  readonly watchedDirectory: string;
};

/** What a field turned out to be. A field that is never read counts as `unsupported`. */
export type Verdict = 'honoured' | 'no-effect' | 'unsupported';

/**
 * A cursor over one message, the same over a YAML or JSON file and over decoded protobuf. Reading a field is its
 * verdict: whoever reads it honours it. Field names are Envoy's snake_case. A wrong value is reported to the shared
 * list of problems and the fallback is returned, so that one pass finds every mistake; nothing here throws.
 *
 * Type, range and required-field rules of the v3 descriptors have been checked before anyone holds a node, so the
 * readers return clean values; `parse` only adds the rules that no descriptor states.
 */
export interface ConfigNode {
  /** Full protobuf name of the message, `envoy.config.listener.v3.Listener`. */
  readonly typeName: string;
  readonly origin: Origin;

  /** True when the field is present (an empty message counts). Does not count as reading it. */
  has(field: string): boolean;
  /** Name of the member of a oneof that is set, or undefined. Does not count as reading it. */
  oneof(name: string): string | undefined;
  /** Where a field stands; this node's own place when it is absent. */
  originOf(field: string): Origin;

  string(field: string, fallback?: string): string;
  strings(field: string): readonly string[];
  bool(field: string, fallback?: boolean): boolean;
  /** Numbers of every protobuf width, wrappers unwrapped; 64-bit values beyond 2^53 are a problem of their own. */
  number(field: string, fallback?: number): number;
  numbers(field: string): readonly number[];
  /** Milliseconds, fractional. */
  duration(field: string, fallbackMs: number): number;
  /** Undefined when absent, for fields where absence differs from every value. */
  optionalNumber(field: string): number | undefined;
  optionalBool(field: string): boolean | undefined;
  optionalDuration(field: string): number | undefined;
  optionalString(field: string): string | undefined;
  /** Name of the enum value, `ROUND_ROBIN`; the field's zero value when absent and no fallback is given. */
  enum(field: string, fallback?: string): string;
  enums(field: string): readonly string[];
  bytes(field: string): Uint8Array;

  /** A nested message; undefined when absent. */
  message(field: string): ConfigNode | undefined;
  /** A repeated message field; empty when absent. */
  list(field: string): readonly ConfigNode[];
  /** A `map<string, Message>`, in file order. */
  map(field: string): ReadonlyMap<string, ConfigNode>;
  /** A `map<string, string>`. */
  stringMap(field: string): ReadonlyMap<string, string>;
  /** A `google.protobuf.Struct` or `Value` as plain JSON data; undefined when absent. */
  struct(field: string): Plain;

  /** `FractionalPercent`, `RuntimeFractionalPercent` or `Percent`. */
  fraction(field: string, fallback: FractionConfig): FractionConfig;
  /**
   * A `{name, typed_config}` message in that field, parsed by the factory of that kind which is listed for its type
   * URL. TypedStruct is unwrapped. An unknown type is a problem, unless `is_optional` says to skip it.
   */
  extension(kind: ExtensionKind, field: string): ExtensionConfig | undefined;
  /** As `extension`, for a repeated field. */
  extensions(kind: ExtensionKind, field: string): readonly ExtensionConfig[];
  /** As `extension`, when this node itself is the `{name, typed_config}` message. */
  asExtension(kind: ExtensionKind): ExtensionConfig | undefined;
  /**
   * `map<string, Any>` of per-route filter configuration: each value parsed by `parseRoute` of the HTTP filter
   * listed for its type. `envoy.config.route.v3.FilterConfig` wrappers are unwrapped into `disabled`.
   */
  routeConfigs(field: string): ReadonlyMap<string, RouteFilterConfig>;
  /** The text of a `core.v3.DataSource`, read now; undefined when absent. A file that cannot be read is a problem. */
  dataSource(field: string): string | undefined;
  /** The same as bytes. */
  dataBytes(field: string): Uint8Array | undefined;
  /** The bytes of the file that a string field names, read now. */
  fileBytes(field: string): Uint8Array | undefined;
  /** The path of a log, empty when absent. A file that cannot be written is a problem; it is not made to find out. */
  logPath(field: string): string;
  /** As `dataBytes`, when this node itself is the `DataSource`. */
  ownBytes(): Uint8Array | undefined;

  /** The field is read and has no effect here, with the reason; it is reported, and start-up goes on. */
  noEffect(field: string, why: string): void;
  /** The field is known and not supported yet; the same as not reading it, with a reason. Absent fields are fine. */
  unsupported(field: string, why?: string): void;
  /** One value of a field that is not supported, while others are. */
  unsupportedValue(field: string, value: string, why?: string): void;
  /** Marks every field below this node as read (for messages kept whole, like `metadata`). */
  honourAll(): void;

  readonly needs: {
    /** The resource needs that secret; one that cannot be had is reported once all are read. */
    secret(reference: SecretReference): void;
    /** The configuration refers to a cluster of that name; unknown ones are reported once all are read. */
    cluster(name: string, field: string): void;
  };
  /** Adds a problem at this node, or at one of its fields. */
  error(text: string, field?: string): void;
  /** Adds a warning: start-up goes on and prints it. */
  warn(text: string, field?: string): void;
}

/** One filter's configuration on a route, virtual host, weighted cluster or route configuration. */
export type RouteFilterConfig = {
  readonly disabled: boolean;
  /** What `parseRoute` returned; null when only `disabled` was said. */
  readonly config: Plain;
  readonly typeUrl: string;
};
