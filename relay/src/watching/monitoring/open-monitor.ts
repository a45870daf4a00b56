import type { Config } from '../../base/config/config.ts';
import { type Clock, sleep } from '../../base/lib/clock.ts';
import type { Logger } from '../../base/lib/logger.ts';
import { MemoryWatch } from './memory-watch.ts';
import { RelayMonitor, type RelayMonitorOptions } from './relay-monitor.ts';
import { SystemSampler } from './system-sampler.ts';
import type { Problems } from '../../base/lib/problems.ts';
import type { PrometheusMetrics } from '../metrics/prometheus-metrics.ts';
import type { SessionRegistry } from '../../call/session/session-registry.ts';
import type { LiveCalls } from './live-calls.ts';
import { OVER } from '../../base/lib/abort-reason.ts';
import type { TurnHistory } from '../metrics/turn-history.ts';
import { turnLatencies } from '../metrics/turn-latencies.ts';
import type { Storage } from '../../keeping/storage/storage.ts';

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
          // It is away again: what was asked for is only missing from a chart.
        }
      }
      const isStarting = storage.state === 'starting';
      await sleep(clock, isStarting ? STARTING_MS : ASK_AGAIN_MS, over.signal);
    }
  };
  void restore();
  return { [Symbol.dispose]: () => over.abort(OVER) };
}
