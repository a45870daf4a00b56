import type {
  HealthDetailed,
  HistoryRange,
  LatencyPercentiles,
  MonitoredService,
  MonitoringHealth,
  OperatedSession,
  Overview,
  PerformanceSummary,
  SystemStats,
  serviceResetSchema,
} from '@parley/shared/monitoring-api';
import { JUDGED_MS } from '@parley/shared/statistics';
import type { z } from 'zod';
import type { Problems } from '../../base/lib/problems.ts';
import { within } from '../../base/lib/error-boundary.ts';
import type { RelaySettings } from '../../people/limits/relay-settings.ts';
import type { Budgets } from '../../people/metering/budgets.ts';
import type { Telemetry } from '../metrics/telemetry.ts';
import { activeProviders } from '../../call/session/provider-notices.ts';
import type { SessionRegistry } from '../../call/session/session-registry.ts';
import { isRelayProvider } from '../../call/stages/provider.ts';
import type { Stages } from '../../call/stages/stages.ts';
import type { Storage } from '../../keeping/storage/storage.ts';
import { componentsOf } from './components.ts';
import type { LiveCalls } from './live-calls.ts';
import { overallHealth } from './overall-health.ts';
import { describeService, parseServiceId, type ServiceUrls } from './services.ts';

const THROUGHPUT_MINUTES = 5;
const MINUTE_MS = 60_000;
const MICRO_PER_USD = 1_000_000;

export interface RelayMonitorOptions {
  readonly version: string;
  readonly providers: Stages;
  /** The `providers` that calls use now. */
  readonly inUse: () => Stages;
  readonly serviceUrls: ServiceUrls;
  readonly registry: SessionRegistry;
  readonly storage: Storage;
  readonly settings: Pick<RelaySettings, 'policy'>;
  readonly budgets: Budgets | undefined;
  readonly problems: Problems;
  readonly system: { read(): SystemStats };
  readonly live: LiveCalls;
  /** undefined: calls are not measured. */
  readonly telemetry: Telemetry | undefined;
  readonly isDraining: () => boolean;
  /** ms since 1970. */
  readonly wallMs?: () => number;
}

/** Says whether the relay works, to operators and their programs. */
export class RelayMonitor {
  readonly #options: RelayMonitorOptions;
  readonly #wallMs: () => number;
  readonly #startedAtMs: number;

  constructor(options: RelayMonitorOptions) {
    this.#options = options;
    this.#wallMs = options.wallMs ?? Date.now;
    this.#startedAtMs = this.#wallMs();
  }

  /** Whether calls are measured. */
  get hasMetrics(): boolean {
    return this.#options.telemetry !== undefined;
  }

  /** The public state, in the shape of `GET /health`. */
  quickHealth() {
    const { inUse, providers, registry, problems, live, system } = this.#options;
    const active = activeProviders(inUse());
    const { uptime_seconds, memory_mb } = system.read();
    return {
      asr_ready: isRelayProvider(active.transcriber),
      active_connections: registry.activeConnections,
      uptime_seconds,
      last_transcription_ms: live.lastTranscriptionMs ?? null,
      memory_mb,
      providers: active,
      services: providers.services().map(({ stage, name, health }) => ({ stage, name, health })),
      problems: problems.list(),
    };
  }

  /** Whether a balancer may send people here. */
  get isReady(): boolean {
    const { isDraining, problems } = this.#options;
    return !isDraining() && !problems.list().some(({ code }) => code === 'data_not_written');
  }

  services(): readonly MonitoredService[] {
    const { providers, serviceUrls } = this.#options;
    return providers.services().map((status) => describeService(status, serviceUrls));
  }

  health(
    services = this.services(),
    latencies = this.hasMetrics ? this.#latencies() : undefined,
  ): MonitoringHealth {
    const { inUse, problems, live } = this.#options;
    const active = activeProviders(inUse());
    const { status, criticalDown, causes } = overallHealth({
      active,
      services,
      problems: problems.list(),
      latencies,
      stuckSessions: live.stuckCount,
      budgetUsed: this.budgetUsed,
    });
    const inState = (state: MonitoredService['state']) =>
      services.filter((service) => service.state === state).length;
    return {
      status,
      critical_down: [...criticalDown],
      cause: causes[0] ?? null,
      causes: [...causes],
      timestamp: new Date(this.#wallMs()).toISOString(),
      providers: active,
      services: {
        total: services.length,
        healthy: inState('healthy'),
        degraded: inState('degraded'),
        failed: inState('failed'),
      },
    };
  }

  /** Forgets what went wrong with a service. @returns undefined if the id is unknown */
  reset(id: string): z.infer<typeof serviceResetSchema> | undefined {
    const parsed = parseServiceId(id);
    if (parsed === undefined) return undefined;
    if (!this.#options.providers.reset(parsed.stage, parsed.name)) return undefined;
    const { state, failure_count } = this.services().find(({ service_id }) => service_id === id)!;
    return { service_id: id, status: 'reset', health: { state, failure_count } };
  }

  /** Needs `hasMetrics`, like all below. */
  metrics(latencies = this.#latencies()) {
    return this.#telemetry.calls.report(this.#options.registry.size, latencies);
  }

  prometheus(): Promise<string> {
    return this.#telemetry.prometheus.text();
  }

  get prometheusContentType(): string {
    return this.#telemetry.prometheus.contentType;
  }

  performance(): PerformanceSummary {
    const { calls } = this.#telemetry;
    const since = this.#wallMs() - THROUGHPUT_MINUTES * MINUTE_MS;
    const { turns, sessions } = calls.countSince(since);
    const { framesIn, bytesIn, framesOut } = this.traffic;
    return {
      stages: this.#latencies(),
      queue_depths: this.queueDepths(),
      throughput: {
        turns_per_minute: turns / THROUGHPUT_MINUTES,
        sessions_per_minute: sessions / THROUGHPUT_MINUTES,
      },
      metrics: {
        audio_processing: {
          frames_received: framesIn,
          bytes_received: bytesIn,
          frames_sent: framesOut,
          event_loop_delay_p99_ms: this.#options.system.read().event_loop_delay_ms.p99,
        },
      },
    };
  }

  detailed(): HealthDetailed {
    const { system, registry, storage, settings, problems } = this.#options;
    const health = this.health();
    const system_stats = system.read();
    const components = componentsOf({
      health,
      queueDepths: this.queueDepths(),
      system: system_stats,
      problems: problems.list(),
      storage,
      connections: registry.activeConnections,
      sessions: registry.size,
      capacity: settings.policy.instance.sessions,
    });
    return { status: health.status, components, system_stats };
  }

  overview(range: HistoryRange): Overview {
    const { version, registry, system, live } = this.#options;
    const { history } = this.#telemetry;
    const nowMs = this.#wallMs();
    const services = this.services();
    // One reading: the verdict and the targets are judged by the figures beside them.
    const latencies = this.#latencies();
    return {
      timestamp: new Date(nowMs).toISOString(),
      started_at: new Date(this.#startedAtMs).toISOString(),
      version,
      health: this.health(services, latencies),
      services: [...services],
      metrics: this.metrics(latencies),
      latencies,
      active_connections: registry.activeConnections,
      queue_depths: this.queueDepths(),
      system: system.read(),
      spending: this.#spending(),
      history: { range, ...history.points(range, nowMs) },
      interactions: [...live.interactions],
      sessions: this.liveSessions(),
      sessions_total: registry.size,
    };
  }

  /** The calls of this relay, as operators see them. */
  liveSessions(): OperatedSession[] {
    const { registry, live, telemetry } = this.#options;
    return live.sessions((id) => {
      const session = registry.byId(id);
      if (session === undefined) return undefined;
      const costUsd = (telemetry?.calls.costOf(id) ?? 0) / MICRO_PER_USD;
      return { connected: session.isAttached, costUsd };
    });
  }

  /** Ends a call. @returns false if the id is unknown */
  endSession(id: string): boolean {
    const session = this.#options.registry.byId(id);
    if (session === undefined) return false;
    within(session, () => session.close('endedByOperator'));
    return true;
  }

  /** Of all sessions since the relay was started. */
  get traffic() {
    const { framesIn, bytesIn, framesOut } = this.#telemetry.calls.pastTraffic;
    const sum = { framesIn, bytesIn, framesOut };
    for (const { traffic } of this.#options.registry.all) {
      sum.framesIn += traffic.framesIn;
      sum.bytesIn += traffic.bytesIn;
      sum.framesOut += traffic.framesOut;
    }
    return sum;
  }

  queueDepths() {
    const { providers, registry, storage } = this.#options;
    const { transcriber, synthesizer } = providers.queueDepths();
    let outbox = 0;
    for (const { traffic } of registry.all) outbox += traffic.bufferedBytes;
    return {
      recogniser: transcriber,
      voice: synthesizer,
      outbox_bytes: outbox,
      storage_spool_bytes: storage.spoolBytes,
    };
  }

  /** Share of the day's budget that is spent; undefined without one. */
  get budgetUsed(): number | undefined {
    const { budgets } = this.#options;
    const cap = this.#options.settings.policy.instance.dayMicroUsd;
    if (budgets === undefined || !Number.isFinite(cap) || cap === 0) return undefined;
    return budgets.today().instanceMicroUsd / cap;
  }

  #latencies(): LatencyPercentiles {
    return this.#telemetry.calls.percentilesSince(this.#wallMs() - JUDGED_MS);
  }

  #spending(): Overview['spending'] {
    const { budgets, settings } = this.#options;
    const { dayMicroUsd } = settings.policy.instance;
    const today = budgets?.today();
    return {
      day: today?.day ?? new Date(this.#wallMs()).toISOString().slice(0, 10),
      spent_usd: (today?.instanceMicroUsd ?? 0) / MICRO_PER_USD,
      budget_usd:
        budgets === undefined || !Number.isFinite(dayMicroUsd) ? null : dayMicroUsd / MICRO_PER_USD,
      by_provider: this.#telemetry.calls.costs,
    };
  }

  get #telemetry(): Telemetry {
    const { telemetry } = this.#options;
    if (telemetry === undefined) throw new Error('Calls are not measured.');
    return telemetry;
  }
}
