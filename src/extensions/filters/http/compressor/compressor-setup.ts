import type { CompressionLibrary, CompressionMaker } from '../../../../api/compression.js';
import type { ExtensionConfig } from '../../../../api/config-node.js';
import type { HttpFilterContext } from '../../../../api/http-filter.js';
import type { BoundStats } from '../../../../api/stats.js';
import type { ResponseHeaders } from '../../../../base/header-map.js';
import { RouteOverride } from '../route-override.js';
import type { ChainCompressor } from './chain-choice.js';
import { P, Q } from './compressor-stats.js';
import type { CompressorConfig, CompressorRouteConfig, ResponseDirectionConfig } from './config.js';
import { DirectionRules } from './direction-rules.js';

/** What a route makes of the filter. */
export interface RouteSettings {
  readonly isDisabled: boolean;
  readonly removesAcceptEncoding: boolean;
  readonly coding: string;
  readonly maker: CompressionMaker;
}

/** One configured compressor in one thread. */
export class CompressorSetup implements ChainCompressor {
  readonly coding: string;
  readonly choosesFirst: boolean;
  readonly request: DirectionRules;
  readonly choiceStats: BoundStats;
  readonly response: DirectionRules;
  readonly responseConfig: ResponseDirectionConfig;
  readonly uncompressibleCodes: ReadonlySet<number>;
  readonly routes: RouteOverride<CompressorRouteConfig, RouteSettings>;

  constructor(config: CompressorConfig, scope: HttpFilterContext) {
    const { library, request, response } = config;
    if (library === null) throw new Error('a compressor without its library');
    const { coding, maker, name } = libraryOf(library, scope);
    const prefix = `${scope.statPrefix}.compressor.${name}`;
    this.coding = coding;
    this.choosesFirst = config.choosesFirst;
    const responsePrefix = response.hasOwnStats ? `${prefix}.response` : prefix;
    this.request = new DirectionRules(request, scope.stats.bind(`${prefix}.request`, Q), scope.runtime);
    this.response = new DirectionRules(response, scope.stats.bind(responsePrefix, Q), scope.runtime);
    this.choiceStats = scope.stats.bind(prefix, P);
    this.responseConfig = response;
    this.uncompressibleCodes = new Set(response.uncompressibleCodes);
    const { removesAcceptEncoding } = response;
    this.routes = new RouteOverride<CompressorRouteConfig, RouteSettings>(
      { isDisabled: false, removesAcceptEncoding, coding, maker },
      (onRoute) => {
        const own = onRoute.library === null ? { coding, maker } : libraryOf(onRoute.library, scope);
        return {
          isDisabled: onRoute.isDisabled,
          removesAcceptEncoding: onRoute.removesAcceptEncoding ?? removesAcceptEncoding,
          coding: own.coding,
          maker: own.maker,
        };
      },
    );
  }

  takes(headers: ResponseHeaders): boolean {
    return this.response.acceptsType(headers);
  }
}

function libraryOf(
  { typeUrl, name, config }: ExtensionConfig,
  scope: HttpFilterContext,
): { readonly coding: string; readonly maker: CompressionMaker; readonly name: string } {
  const found = scope.extensions.find('compressor', typeUrl);
  if (found === undefined) throw new Error(`no compressor ${typeUrl}`);
  // What is listed as a compressor is one.
  const library = found as CompressionLibrary;
  const stat = library.encoding === 'br' ? 'brotli' : library.encoding;
  return { coding: library.encoding, maker: library.build(config), name: `${name}.${stat}` };
}
