import { percentile } from '../statistics.ts';
import { DeliveryLog } from './delivery-log.ts';
import { nowMs, type Mark } from './marked-chunk.ts';
import { utteranceOf, type Schedule } from './schedule.ts';

export interface ArrivalFigures {
  readonly delivered: number;
  readonly reordered: number;
  readonly repeated: number;
  readonly latencyMs: { readonly p50: number; readonly p99: number };
}

/** What arrives at the transcriber of one side. */
export class Arrivals {
  readonly #deliveries: DeliveryLog;
  #latenciesMs: number[] | undefined;

  constructor(schedule: Schedule) {
    this.#deliveries = new DeliveryLog((session, index) => utteranceOf(schedule, session, index));
  }

  get delivered(): number {
    return this.#deliveries.delivered;
  }

  arrived({ session, index, sentMs }: Mark): void {
    this.#deliveries.record(session, index);
    this.#latenciesMs?.push(nowMs() - sentMs);
  }

  /** From now on the latency of each chunk is recorded. */
  record(): void {
    this.#latenciesMs = [];
  }

  /** Counts since the beginning, latencies since `record`. */
  take(): ArrivalFigures {
    const latenciesMs = this.#latenciesMs ?? [];
    this.#latenciesMs = undefined;
    const { delivered, reordered, repeated } = this.#deliveries;
    const latencyMs = { p50: percentile(latenciesMs, 0.5), p99: percentile(latenciesMs, 0.99) };
    return { delivered, reordered, repeated, latencyMs };
  }
}
