import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { BoundStats, StatScope } from '../api/stats.js';
import type { Clock } from '../base/clock.js';
import { A, L, listenerClassSlots, managerClassSlots } from '../http/manager-stats.js';
import { AD, DW } from '../network/downstream-stats.js';

/** `http.admin.`, `listener.admin.`: the admin server counts itself as the data path does. */
export class AdminStats {
  private readonly manager: BoundStats;
  private readonly responses: BoundStats;
  private readonly listener: BoundStats;
  private readonly thread: BoundStats;
  private readonly clock: Clock;

  constructor(scope: StatScope, clock: Clock) {
    this.manager = scope.bind('http.admin', A);
    this.responses = scope.bind('listener.admin.http.admin', L);
    this.listener = scope.bind('listener.admin', AD);
    this.thread = scope.bind('listener.admin.main_thread', DW);
    this.clock = clock;
  }

  onConnection(socket: Socket): void {
    const { manager, listener, thread } = this;
    const startedMs = this.clock.now();
    for (const slot of [A.downstream_cx_total, A.downstream_cx_http1_total]) manager.inc(slot);
    listener.inc(AD.downstream_cx_total);
    thread.inc(DW.downstream_cx_total);
    this.addActive(1);
    socket.once('close', () => {
      const lengthMs = this.clock.now() - startedMs;
      this.addActive(-1);
      manager.inc(A.downstream_cx_destroy);
      manager.record(A.downstream_cx_length_ms, lengthMs);
      listener.inc(AD.downstream_cx_destroy);
      listener.record(AD.downstream_cx_length_ms, lengthMs);
      manager.add(A.downstream_cx_rx_bytes_total, socket.bytesRead);
      manager.add(A.downstream_cx_tx_bytes_total, socket.bytesWritten);
    });
  }

  onRequest(response: ServerResponse): void {
    const { manager, responses } = this;
    const startedMs = this.clock.now();
    manager.inc(A.downstream_rq_total);
    manager.inc(A.downstream_rq_http1_total);
    manager.add(A.downstream_rq_active, 1);
    response.once('close', () => {
      manager.add(A.downstream_rq_active, -1);
      manager.record(A.downstream_rq_time, this.clock.now() - startedMs);
      if (!response.headersSent) return;
      const kind = Math.floor(response.statusCode / 100);
      manager.inc(A.downstream_rq_completed);
      manager.inc(managerClassSlots[kind] ?? A.downstream_rq_5xx);
      responses.inc(L.downstream_rq_completed);
      responses.inc(listenerClassSlots[kind] ?? L.downstream_rq_5xx);
    });
  }

  private addActive(change: number): void {
    this.manager.add(A.downstream_cx_active, change);
    this.manager.add(A.downstream_cx_http1_active, change);
    this.listener.add(AD.downstream_cx_active, change);
    this.thread.add(DW.downstream_cx_active, change);
  }
}
