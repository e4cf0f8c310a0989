import type { BoundStats } from '../../api/stats.js';
import type { FrameWriter } from './frame/frame-writer.js';
import { Http2 } from './http2-stats.js';
import type { Http2Options } from './options.js';

/**
 * Frames that this side has made and the kernel has not taken: a peer that asks for answers and does not read them
 * makes them grow. They count as gone when nothing of the connection waits any more.
 */
export class OutboundLimits {
  private readonly options: Http2Options;
  private readonly stats: BoundStats;
  private readonly writer: FrameWriter;

  constructor(options: Http2Options, stats: BoundStats, writer: FrameWriter) {
    this.options = options;
    this.stats = stats;
    this.writer = writer;
  }

  /** Asked after frames were made; what is flooding, or an empty string. */
  flood(): string {
    const { writer, options } = this;
    if (writer.controlFrames > options.maxOutboundControlFrames) {
      this.stats.inc(Http2.outbound_control_flood);
      return 'codec_error:Too_many_control_frames_in_the_outbound_queue.';
    }
    if (writer.frames <= options.maxOutboundFrames) return '';
    this.stats.inc(Http2.outbound_flood);
    return 'codec_error:Too_many_frames_in_the_outbound_queue.';
  }

  onDrained(): void {
    this.writer.frames = 0;
    this.writer.controlFrames = 0;
  }
}
