import { Timer, type TimerWheel } from '../../base/timer-wheel.js';

/** Calls back once nothing has been touched for that long. */
export class IdleWatch {
  private readonly timers: TimerWheel;
  private readonly delayMs: number;
  private readonly timer: Timer;

  constructor(timers: TimerWheel, delayMs: number, onIdle: () => void) {
    this.timers = timers;
    this.delayMs = delayMs;
    this.timer = new Timer(onIdle);
  }

  touch(): void {
    this.timers.schedule(this.timer, this.delayMs);
  }

  cancel(): void {
    this.timers.cancel(this.timer);
  }
}
