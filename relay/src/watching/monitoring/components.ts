import type {
  HealthComponent,
  HealthDetailed,
  MonitoringHealth,
  SystemStats,
} from '@parley/shared/monitoring-api';
import type { Problems } from '../../base/lib/problems.ts';
import type { Storage } from '../../keeping/storage/storage.ts';

export interface ComponentsEvidence {
  readonly health: MonitoringHealth;
  readonly queueDepths: Readonly<Record<string, number>>;
  readonly system: SystemStats;
  readonly problems: ReturnType<Problems['list']>;
  readonly storage: Pick<Storage, 'state' | 'spoolBytes'>;
  readonly connections: number;
  readonly sessions: number;
  readonly capacity: number;
}

/** The parts of a relay, each with its state. */
export function componentsOf(evidence: ComponentsEvidence): HealthDetailed['components'] {
  const { health, queueDepths, system, storage, connections, sessions, capacity } = evidence;
  const problem = (...codes: readonly string[]) =>
    evidence.problems.find(({ code }) => codes.includes(code));
  const cause = (...codes: readonly string[]) =>
    health.causes.find(({ code }) => codes.includes(code));
  const { recogniser = 0, voice = 0 } = queueDepths;
  const isDown = health.status === 'critical_down';
  return {
    websocket_manager: component(problem('few_descriptors'), 'degraded', {
      active_connections: connections,
      sessions,
      capacity: Number.isFinite(capacity) ? capacity : 'unlimited',
    }),
    audio_pipeline: component(
      cause('stage_down', 'answers_slow', 'sessions_stuck'),
      isDown ? 'failed' : 'degraded',
      health.providers,
    ),
    worker_pools: component(problem('memory_low'), 'degraded', { recogniser, voice }),
    storage: component(
      problem('data_not_written', 'storage_behind'),
      problem('data_not_written') === undefined ? 'degraded' : 'failed',
      { state: storage.state, spool_bytes: storage.spoolBytes },
    ),
    providers: component(
      cause('stage_down', 'service_failed', 'service_degraded'),
      isDown ? 'failed' : 'degraded',
      health.services,
    ),
    event_loop: component(problem('event_loop_late'), 'degraded', {
      delay_p99_ms: system.event_loop_delay_ms.p99,
      delay_max_ms: system.event_loop_delay_ms.max,
    }),
  };
}

function component(
  wrong: { readonly message: string } | undefined,
  ifWrong: 'degraded' | 'failed',
  details: HealthComponent['details'],
): HealthComponent {
  return {
    status: wrong === undefined ? 'healthy' : ifWrong,
    message: wrong?.message ?? null,
    details: { ...details },
  };
}
