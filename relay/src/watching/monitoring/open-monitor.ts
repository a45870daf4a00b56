import type { Config } from '../../base/config/config.ts';
import type { Clock } from '../../base/lib/clock.ts';
import type { Logger } from '../../base/lib/logger.ts';
import { readGauges } from './gauges.ts';
import { MemoryWatch } from './memory-watch.ts';
import { restoreHistory } from './restore-history.ts';
import { RelayMonitor, type RelayMonitorOptions } from './relay-monitor.ts';
import { SystemSampler } from './system-sampler.ts';

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
