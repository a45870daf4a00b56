import type { Config } from '../../base/config/config.ts';
import { type Clock, sleep } from '../../base/lib/clock.ts';
import type { Logger } from '../../base/lib/logger.ts';
import { RelayMonitor, type RelayMonitorOptions } from './relay-monitor.ts';
import { SystemSampler } from './system-sampler.ts';
import type { Problems } from '../../base/lib/problems.ts';
import type { PrometheusMetrics } from '../metrics/prometheus-metrics.ts';
import type { SessionRegistry } from '../../call/session/session-registry.ts';
import type { LiveCalls } from './live-calls.ts';
import { OVER } from '../../base/lib/deadline.ts';
import type { TurnHistory } from '../metrics/turn-history.ts';
import { turnLatencies } from '../metrics/turn-latencies.ts';
import type { Storage } from '../../keeping/storage/storage.ts';

const LOG_INTERVAL_MS = 300_000;

const WARNING_SHARE = 0.8;

/** Below this the shortage is over: without a gap it would come and go. */
const RECOVERED_SHARE = 0.75;

const MB = 1024 * 1024;

/** Owners that a warning names. */
const NAMED_OWNERS = 3;

/** Bytes that the known owners of memory hold now. */
type MemoryOwners = Readonly<Record<string, number>>;

interface MemoryWatchOptions {
  readonly limitBytes: number;
  /** Beside the JavaScript heap and buffers, which are known. */
  readonly owners: () => MemoryOwners;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly problems: Problems;
  readonly usage?: () => NodeJS.MemoryUsage;
}

const DAY_MS = 86_400_000;

/** Until a database that is away is asked again. */
const ASK_AGAIN_MS = 10_000;

/** While it is being started, which takes a second or two. */
const STARTING_MS = 500;

const HEALTH = { healthy: 1, degraded: 0.5, failed: 0 } as const;

/** Of the log's one line about the whole relay. */
const SUMMARY_INTERVAL_MS = 300_000;

export interface MonitorOptions extends Omit<RelayMonitorOptions, 'system'> {
  readonly config: Pick<Config, 'dataDir' | 'metrics'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** A monitor, with what it measures by itself until it is disposed of. */
export function openMonitor(options: MonitorOptions): RelayMonitor & Disposable {
  const { config, clock, logger, problems, registry, storage, telemetry, live } = options;
  const system: SystemSampler = new SystemSampler({
    clock,
    intervalMs: config.metrics.intervalMs,
    dataDir: config.dataDir,
    memoryLimitBytes: config.metrics.memoryLimitBytes,
    onSample: () => {
      memory.check();
      summarise();
    },
  });
  const memory = new MemoryWatch({
    limitBytes: system.memoryLimitBytes,
    owners: () => ({
      'replays of calls': registry.replayMemory.bytes,
      'waiting for sockets': monitor.queueDepths().outbox_bytes,
    }),
    clock,
    logger,
    problems,
  });
  const monitor = new RelayMonitor({ ...options, system });
  if (telemetry !== undefined) {
    readGauges(telemetry.prometheus, { monitor, registry, live, problems, system });
  }
  let summarisedAtMs = clock.now();
  const summarise = () => {
    if (telemetry === undefined || clock.now() - summarisedAtMs < SUMMARY_INTERVAL_MS) return;
    summarisedAtMs = clock.now();
    const { active_sessions, total_sessions, total_turns, total_errors, avg_latencies_ms } =
      monitor.metrics();
    logger.info(
      { active_sessions, total_sessions, total_turns, total_errors, ...avg_latencies_ms },
      '[METRICS-SUMMARY] relay',
    );
  };
  memory.check();
  const restoring =
    telemetry && restoreHistory({ history: telemetry.history, storage, clock, wallMs: Date.now });
  return Object.assign(monitor, {
    [Symbol.dispose]() {
      system[Symbol.dispose]();
      restoring?.[Symbol.dispose]();
    },
  });
}

/** Metrics whose values are read only when a program asks for them. */
function readGauges(
  prometheus: PrometheusMetrics,
  parts: {
    readonly monitor: RelayMonitor;
    readonly registry: SessionRegistry;
    readonly live: LiveCalls;
    readonly problems: Problems;
    readonly system: SystemSampler;
  },
): void {
  const { monitor, registry, live, problems, system } = parts;
  prometheus.readFrom('voice_active_connections', () => [{ value: registry.activeConnections }]);
  prometheus.readFrom('voice_active_sessions', () => [{ value: registry.size }]);
  prometheus.readFrom('voice_stuck_sessions', () => [{ value: live.stuckCount }]);
  prometheus.readFrom('voice_uplink_bytes_total', () => [{ value: monitor.traffic.bytesIn }]);
  prometheus.readFrom('voice_budget_used_ratio', () =>
    monitor.budgetUsed === undefined ? [] : [{ value: monitor.budgetUsed }],
  );
  prometheus.readFrom('voice_service_health', () =>
    monitor.services().map(({ service_id: service, state }) => ({
      value: HEALTH[state],
      labels: { service },
    })),
  );
  prometheus.readFrom('voice_queue_depth', () =>
    Object.entries(monitor.queueDepths()).map(([queue, value]) => ({ value, labels: { queue } })),
  );
  prometheus.readFrom('voice_problem', () =>
    problems.list().map(({ code }) => ({ value: 1, labels: { code } })),
  );
  prometheus.readFrom('voice_memory_used_ratio', () => [
    { value: process.memoryUsage.rss() / system.memoryLimitBytes },
  ]);
  prometheus.readFrom('voice_event_loop_delay_seconds', () => {
    const { p50, p99, max } = system.read().event_loop_delay_ms;
    return [
      { value: p50 / 1_000, labels: { percentile: '50' } },
      { value: p99 / 1_000, labels: { percentile: '99' } },
      { value: max / 1_000, labels: { percentile: '100' } },
    ];
  });
}

/**
 * Gives the history what earlier processes of this relay answered, as soon as the database can be
 * read.
 *
 * @param options.wallMs - ms since 1970
 * @returns its end
 */
function restoreHistory(options: {
  readonly history: TurnHistory;
  readonly storage: Pick<Storage, 'state' | 'admin'>;
  readonly clock: Clock;
  readonly wallMs: () => number;
}): Disposable {
  const { history, storage, clock, wallMs } = options;
  const over = new AbortController();
  const beforeMs = wallMs();
  const restore = async () => {
    while (!over.signal.aborted && storage.state !== 'off') {
      if (storage.state === 'ok') {
        try {
          const turns = await storage.admin.turnsBetween(beforeMs - DAY_MS, beforeMs);
          history.restore(
            turns.map(({ atMs, isFailed, timeline }) => ({
              atMs,
              isFailed,
              e2eMs: turnLatencies(timeline).e2e,
            })),
          );
          return;
        } catch {
          // The database is away again: the answer is only missing from a chart.
        }
      }
      const isStarting = storage.state === 'starting';
      await sleep(clock, isStarting ? STARTING_MS : ASK_AGAIN_MS, over.signal);
    }
  };
  void restore();
  return { [Symbol.dispose]: () => over.abort(OVER) };
}

/** Logs what memory is used for every five minutes, and warns before there is none. */
export class MemoryWatch {
  readonly #options: MemoryWatchOptions;
  #loggedAtMs: number;
  #isLow = false;

  constructor(options: MemoryWatchOptions) {
    this.#options = options;
    this.#loggedAtMs = options.clock.now();
  }

  /** To be called every few seconds. */
  check(): void {
    const { limitBytes, clock, logger, problems, usage = process.memoryUsage } = this.#options;
    const memory = usage();
    const share = memory.rss / limitBytes;
    const owners = this.#owners(memory);
    const wasLow = this.#isLow;
    this.#isLow = share >= (wasLow ? RECOVERED_SHARE : WARNING_SHARE);
    if (this.#isLow) {
      problems.report('memory_low', sentence(memory.rss, limitBytes, owners));
    } else if (wasLow) problems.clear('memory_low');
    const nowMs = clock.now();
    const isDue = nowMs - this.#loggedAtMs >= LOG_INTERVAL_MS;
    if (!isDue && this.#isLow === wasLow) return;
    this.#loggedAtMs = nowMs;
    const percent = Math.round(share * 100);
    const line = { rssMb: toMb(memory.rss), percent, owners: inMb(owners) };
    if (this.#isLow) logger.warn(line, '[MEMORY] little is left');
    else logger.info(line, '[MEMORY] in use');
  }

  #owners({ rss, heapTotal, heapUsed, external, arrayBuffers }: NodeJS.MemoryUsage): MemoryOwners {
    const known = this.#options.owners();
    const inBuffers = Object.values(known).reduce((sum, bytes) => sum + bytes, 0);
    return {
      ...known,
      'JavaScript heap': heapUsed,
      'other buffers': Math.max(0, arrayBuffers - inBuffers),
      'threads and native code': Math.max(0, rss - heapTotal - external),
    };
  }
}

function sentence(rss: number, limitBytes: number, owners: MemoryOwners): string {
  const biggest = Object.entries(owners)
    .toSorted(([, a], [, b]) => b - a)
    .slice(0, NAMED_OWNERS)
    .map(([name, bytes]) => `${name} ${toMb(bytes)} MB`);
  return `Memory is nearly used up: ${toMb(rss)} of ${toMb(limitBytes)} MB. Most of it: ${biggest.join(', ')}.`;
}

function inMb(owners: MemoryOwners): Record<string, number> {
  return Object.fromEntries(Object.entries(owners).map(([name, bytes]) => [name, toMb(bytes)]));
}

function toMb(bytes: number): number {
  return Math.round(bytes / MB);
}
