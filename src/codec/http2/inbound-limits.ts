import type { BoundStats } from '../../api/stats.js';
import { FrameType } from './frame/frame-codes.js';
import { Http2 } from './http2-stats.js';
import type { Http2Options } from './options.js';

/**
 * Counts frames that cost a sender nothing and us something, and says when there are too many of them. The limits
 * grow with what the connection does, as Envoy's do.
 */
export class InboundLimits {
  private readonly options: Http2Options;
  private readonly stats: BoundStats;
  private emptyInARow: number;
  private priorities: number;
  private windowUpdates: number;
  /** Streams opened so far. */
  streams: number;

  constructor(options: Http2Options, stats: BoundStats) {
    this.options = options;
    this.stats = stats;
    this.emptyInARow = 0;
    this.priorities = 0;
    this.windowUpdates = 0;
    this.streams = 0;
  }

  /** A frame has arrived; answers what is flooding, or an empty string. */
  flood(type: number, isEmpty: boolean, endStream: boolean, dataFramesSent: number): string {
    if (type === FrameType.priority || type === FrameType.priorityUpdate) return this.onPriority();
    if (type === FrameType.windowUpdate) return this.onWindowUpdate(dataFramesSent);
    if (type !== FrameType.data && type !== FrameType.headers && type !== FrameType.continuation) return '';
    if (!isEmpty || endStream) {
      this.emptyInARow = 0;
      return '';
    }
    if (++this.emptyInARow <= this.options.maxConsecutiveEmptyFrames) return '';
    this.stats.inc(Http2.inbound_empty_frames_flood);
    return 'http2.inbound_empty_frames_flood';
  }

  private onPriority(): string {
    if (++this.priorities <= this.options.maxPriorityFramesPerStream * (1 + this.streams)) return '';
    this.stats.inc(Http2.inbound_priority_frames_flood);
    return 'codec_error:Too_many_PRIORITY_frames';
  }

  private onWindowUpdate(dataFramesSent: number): string {
    const limit = 5 + 2 * (this.streams + this.options.maxWindowUpdatesPerDataFrame * dataFramesSent);
    if (++this.windowUpdates <= limit) return '';
    this.stats.inc(Http2.inbound_window_update_frames_flood);
    return 'codec_error:Too_many_WINDOW_UPDATE_frames';
  }
}
