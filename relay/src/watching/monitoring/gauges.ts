import type { Problems } from '../../base/lib/problems.ts';
import type { PrometheusMetrics } from '../metrics/prometheus-metrics.ts';
import type { SessionRegistry } from '../../call/session/session-registry.ts';
import type { LiveCalls } from './live-calls.ts';
import type { RelayMonitor } from './relay-monitor.ts';
import type { SystemSampler } from './system-sampler.ts';

const HEALTH = { healthy: 1, degraded: 0.5, failed: 0 } as const;

/** Metrics whose values are read only when a program asks for them. */
export function readGauges(
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
