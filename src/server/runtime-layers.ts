import { type FSWatcher, watch } from 'node:fs';
import { basename, dirname } from 'node:path';
import type { BoundStats, StatScope } from '../api/stats.js';
import type { Logger } from '../api/thread-scope.js';
import { diskLayerPath, pathExists, readDiskLayer } from '../runtime/disk-layer.js';
import type { LayeredRuntimeConfig, RuntimeLayerConfig } from '../runtime/layers.js';
import { RuntimeSnapshot } from '../runtime/snapshot.js';
import { R } from './main-stats.js';

/** Makes snapshots of the configured layers: files are read anew each time, overrides of operators are kept. */
export class RuntimeLayers {
  private readonly config: LayeredRuntimeConfig;
  private readonly serviceCluster: string;
  private readonly stats: BoundStats;
  private readonly log: Logger;
  private readonly watchers: FSWatcher[];
  /** Last layers of files that could be read, by name. */
  private readonly known: Map<string, RuntimeLayerConfig>;

  constructor(config: LayeredRuntimeConfig, serviceCluster: string, stats: StatScope, log: Logger) {
    this.config = config;
    this.serviceCluster = serviceCluster;
    this.stats = stats.bind('runtime', R);
    this.log = log;
    this.watchers = [];
    this.known = new Map();
  }

  /** The layers as they are now; a layer whose directory is missing is left out. */
  load(admin: RuntimeLayerConfig | undefined): RuntimeSnapshot {
    const layers: RuntimeLayerConfig[] = [];
    for (const layer of this.config.layers) {
      const loaded =
        layer.kind === 'disk' ? this.fromDisk(layer) : layer.kind === 'admin' ? (admin ?? layer) : layer;
      if (loaded !== null) layers.push(loaded);
    }
    this.countLoad();
    return new RuntimeSnapshot({ layers });
  }

  /** A load, of the files or of an override, is over. */
  countLoad(): void {
    this.stats.inc(R.load_success);
    const overrides = this.config.layers.filter((layer) => layer.disk?.appendsServiceCluster === true);
    const hasSome = overrides.some(
      ({ disk }) => disk && pathExists(diskLayerPath(disk, this.serviceCluster)),
    );
    this.stats.inc(hasSome ? R.override_dir_exists : R.override_dir_not_exists);
  }

  /** Calls back when the symbolic link of a layer was replaced (a move into its place). */
  watch(onChange: () => void): void {
    for (const { disk, name } of this.config.layers) {
      if (disk === undefined) continue;
      const link = basename(disk.symlinkRoot);
      try {
        const watcher = watch(dirname(disk.symlinkRoot), { persistent: false }, (event, file) => {
          if (event === 'rename' && file === link) onChange();
        });
        watcher.on('error', (error) => this.log.warn(`runtime layer '${name}': ${error.message}`));
        this.watchers.push(watcher);
      } catch (error) {
        this.log.warn(`runtime layer '${name}' is not watched: ${textOf(error)}`);
      }
    }
  }

  close(): void {
    for (const watcher of this.watchers) watcher.close();
  }

  private fromDisk(layer: RuntimeLayerConfig): RuntimeLayerConfig | null {
    if (layer.disk === undefined) return null;
    const path = diskLayerPath(layer.disk, this.serviceCluster);
    if (!pathExists(path)) return null;
    try {
      const loaded = { ...layer, values: readDiskLayer(path) };
      this.known.set(layer.name, loaded);
      return loaded;
    } catch (error) {
      // What was read before goes on to hold.
      this.stats.inc(R.load_error);
      this.log.warn(`error loading runtime values for layer '${layer.name}': ${textOf(error)}`);
      return this.known.get(layer.name) ?? null;
    }
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
