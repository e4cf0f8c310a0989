import type { BoundStats } from '../../api/stats.js';
import type { FrameWriter } from './frame/frame-writer.js';
import { Http2 } from './http2-stats.js';
import type { Http2Options } from './options.js';

/**
 * Frames that this side has made and the kernel has not taken: a peer that asks for answers and does not read them
 * makes them grow. They count as gone when nothing waits any more of what was handed over.
 */
export class OutboundLimits {
  private readonly options: Http2Options;
  private readonly stats: BoundStats;
  private readonly writer: FrameWriter;
  /** Those among them that lie in the connection's buffer, not in the writer's any more. */
  private handedFrames: number;
  private handedControlFrames: number;

  constructor(options: Http2Options, stats: BoundStats, writer: FrameWriter) {
    this.options = options;
    this.stats = stats;
    this.writer = writer;
    this.handedFrames = 0;
    this.handedControlFrames = 0;
  }

  /** Asked at the end of a read and before frames are handed over; what is flooding, or an empty string. */
  flood(): string {
    const { writer, options } = this;
    if (writer.frames > options.maxOutboundFrames) {
      this.stats.inc(Http2.outbound_flood);
      return 'codec_error:Too_many_frames_in_the_outbound_queue.';
    }
    if (writer.controlFrames <= options.maxOutboundControlFrames) return '';
    this.stats.inc(Http2.outbound_control_flood);
    return 'codec_error:Too_many_control_frames_in_the_outbound_queue.';
  }

  /** What was made is in the connection's buffer. */
  onHandedOver(): void {
    this.handedFrames = this.writer.frames;
    this.handedControlFrames = this.writer.controlFrames;
  }

  onDrained(): void {
    const { writer } = this;
    writer.frames -= this.handedFrames;
    writer.controlFrames -= this.handedControlFrames;
    this.handedFrames = 0;
    this.handedControlFrames = 0;
  }
}
