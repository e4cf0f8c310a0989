import type { Clock } from './clock.js';

const tickMs = 4;
const slotBits = 8;
const slots = 1 << slotBits;
const slotMask = slots - 1;
const levels = 3;

/**
 * One pending wait. Its owner makes it once and arms it as often as it likes; arming, re-arming and cancelling are
 * a list operation each, so a timeout per request costs nothing when it does not fire. What waits on every request
 * extends this class, so that its wait is no object of its own.
 */
export abstract class TimerEntry {
  /** Absolute, on the wheel's clock. */
  deadlineMs: number;
  next: TimerEntry | null;
  prev: TimerEntry | null;
  list: TimerList | null;

  constructor() {
    this.deadlineMs = 0;
    this.next = null;
    this.prev = null;
    this.list = null;
  }

  /** The wait is over. */
  abstract fire(): void;

  get isArmed(): boolean {
    return this.list !== null;
  }
}

/** A wait with a callback. */
export class Timer extends TimerEntry {
  private readonly callback: () => void;

  constructor(callback: () => void) {
    super();
    this.callback = callback;
  }

  fire(): void {
    this.callback();
  }
}

class TimerList {
  head: TimerEntry | null = null;

  push(timer: TimerEntry): void {
    timer.list = this;
    timer.prev = null;
    timer.next = this.head;
    if (this.head !== null) this.head.prev = timer;
    this.head = timer;
  }

  remove(timer: TimerEntry): void {
    if (timer.prev === null) this.head = timer.next;
    else timer.prev.next = timer.next;
    if (timer.next !== null) timer.next.prev = timer.prev;
    timer.next = null;
    timer.prev = null;
    timer.list = null;
  }
}

/** How the wheel asks to be woken; Node's `setTimeout` outside tests. */
export interface Alarm {
  /** Calls `wake` once after `delayMs`, replacing an earlier request. */
  set(delayMs: number, wake: () => void): void;
  clear(): void;
}

/** An alarm on `setTimeout`, unreferenced: a wait never keeps a thread alive. */
export class NodeAlarm implements Alarm {
  private handle: NodeJS.Timeout | null = null;

  set(delayMs: number, wake: () => void): void {
    if (this.handle !== null) clearTimeout(this.handle);
    this.handle = setTimeout(wake, delayMs);
    this.handle.unref();
  }

  clear(): void {
    if (this.handle !== null) clearTimeout(this.handle);
    this.handle = null;
  }
}

/**
 * Hierarchical timing wheel (Varghese and Lauck 1987, scheme 7): three levels of 256 slots, 4 ms ticks, so that
 * 4.6 hours fit and longer waits go round again. It sleeps when empty and wakes at the next occupied slot of the
 * finest level or at the next cascade, whichever is first. A timer never fires early and at most one tick late.
 */
export class TimerWheel {
  private readonly clock: Clock;
  private readonly alarm: Alarm;
  private readonly wheel: TimerList[][];
  /** Ticks already processed. */
  private tick: number;
  private readonly originMs: number;
  private wakeTick: number;
  private armed: number;
  private isRunning: boolean;
  private readonly wake: () => void;

  constructor(clock: Clock, alarm: Alarm = new NodeAlarm()) {
    this.clock = clock;
    this.alarm = alarm;
    this.originMs = clock.now();
    this.wheel = [];
    for (let level = 0; level < levels; level++) {
      this.wheel.push(Array.from({ length: slots }, () => new TimerList()));
    }
    this.tick = 0;
    this.wakeTick = Number.POSITIVE_INFINITY;
    this.armed = 0;
    this.isRunning = false;
    this.wake = () => {
      this.wakeTick = Number.POSITIVE_INFINITY;
      this.advance();
    };
  }

  /** Milliseconds on the wheel's clock. */
  now(): number {
    return this.clock.now();
  }

  get size(): number {
    return this.armed;
  }

  /** Arms `timer` to fire `delayMs` from now; re-arms it if it is armed. */
  schedule(timer: TimerEntry, delayMs: number): void {
    this.scheduleAt(timer, this.clock.now() + delayMs);
  }

  /** As `schedule`, with an absolute deadline on the wheel's clock. */
  scheduleAt(timer: TimerEntry, deadlineMs: number): void {
    this.cancel(timer);
    timer.deadlineMs = deadlineMs;
    if (this.armed === 0 && !this.isRunning) this.tick = this.currentTick();
    this.armed++;
    const due = this.place(timer);
    if (!this.isRunning && due < this.wakeTick) this.sleepUntil(due);
  }

  cancel(timer: TimerEntry): void {
    if (timer.list === null) return;
    timer.list.remove(timer);
    this.armed--;
  }

  /** Stops waking; armed timers never fire. */
  close(): void {
    this.alarm.clear();
    this.wakeTick = Number.NEGATIVE_INFINITY;
  }

  private currentTick(): number {
    return Math.floor((this.clock.now() - this.originMs) / tickMs);
  }

  /** Puts the timer into its slot and answers the tick at which that slot must be looked at. */
  private place(timer: TimerEntry): number {
    const dueTick = Math.max(Math.ceil((timer.deadlineMs - this.originMs) / tickMs), this.tick + 1);
    const ahead = dueTick - this.tick;
    if (ahead < slots) {
      this.listAt(0, dueTick & slotMask).push(timer);
      return dueTick;
    }
    if (ahead < slots * slots) {
      this.listAt(1, (dueTick >>> slotBits) & slotMask).push(timer);
    } else {
      const far = Math.min(dueTick, this.tick + slots * slots * (slots - 1));
      this.listAt(2, Math.floor(far / (slots * slots)) & slotMask).push(timer);
    }
    return (Math.floor(this.tick / slots) + 1) * slots;
  }

  private listAt(level: number, slot: number): TimerList {
    return (this.wheel[level] as TimerList[])[slot] as TimerList;
  }

  /** Processes every tick up to the clock. */
  private advance(): void {
    this.isRunning = true;
    const target = this.currentTick();
    try {
      while (this.tick < target && this.armed > 0) {
        this.tick = Math.min(this.nextOccupied(), target);
        if ((this.tick & slotMask) === 0) this.cascade();
        this.fireSlot(this.listAt(0, this.tick & slotMask));
      }
    } finally {
      if (this.armed === 0) this.tick = target;
      this.isRunning = false;
      if (this.armed > 0) this.sleepUntil(this.nextOccupied());
    }
  }

  /** The next tick with a timer of the finest level, or the next cascade. */
  private nextOccupied(): number {
    const boundary = (Math.floor(this.tick / slots) + 1) * slots;
    for (let t = this.tick + 1; t < boundary; t++) if (this.listAt(0, t & slotMask).head !== null) return t;
    return boundary;
  }

  private cascade(): void {
    if (((this.tick >>> slotBits) & slotMask) === 0) {
      this.replace(this.listAt(2, Math.floor(this.tick / (slots * slots)) & slotMask));
    }
    this.replace(this.listAt(1, (this.tick >>> slotBits) & slotMask));
  }

  private replace(list: TimerList): void {
    let timer = list.head;
    list.head = null;
    while (timer !== null) {
      const next: TimerEntry | null = timer.next;
      timer.list = null;
      if (timer.deadlineMs <= this.originMs + this.tick * tickMs)
        this.listAt(0, this.tick & slotMask).push(timer);
      else this.place(timer);
      timer = next;
    }
  }

  private fireSlot(list: TimerList): void {
    for (let timer = list.head; timer !== null; timer = list.head) {
      list.remove(timer);
      this.armed--;
      timer.fire();
    }
  }

  private sleepUntil(dueTick: number): void {
    if (dueTick >= this.wakeTick) return;
    this.wakeTick = dueTick;
    const delay = this.originMs + dueTick * tickMs - this.clock.now();
    this.alarm.set(Math.max(1, Math.ceil(delay)), this.wake);
  }
}
