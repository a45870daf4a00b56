import type {
  Cause,
  HistoryPoint,
  Interaction,
  MonitoredService,
  OperatedSession,
  Overview,
} from '@parley/shared/monitoring-api';

/** Of the relay's clock, which is not quite the page's. */
const NOW_MS = Date.now() - 2_000;

function ago(seconds: number): string {
  return new Date(NOW_MS - seconds * 1_000).toISOString();
}

export function service(
  stage: MonitoredService['stage'],
  name: string,
  change: Partial<MonitoredService> = {},
): MonitoredService {
  return {
    service_id: `${stage}:${name}`,
    stage,
    name,
    url: `https://api.${name.split('-')[0]}.example/v1`,
    state: 'healthy',
    failure_count: 0,
    last_check: ago(8),
    last_success: ago(8),
    last_error: null,
    last_error_at: null,
    latency_ms: 142,
    total_requests: 318,
    total_failures: 0,
    ...change,
  };
}

export function operatedSession(
  id: string,
  change: Partial<OperatedSession> = {},
): OperatedSession {
  return {
    session_id: id,
    started_at: ago(312),
    client: 'Chrome on Linux',
    connected: true,
    stage: 'speaking',
    stage_since: ago(3),
    stuck: false,
    turns: 9,
    cost_usd: 0.0412,
    ...change,
  };
}

function interaction(id: string, secondsAgo: number, change: Partial<Interaction> = {}) {
  return {
    timestamp: ago(secondsAgo),
    session_id: 'sess_4f21',
    turn_id: id,
    outcome: 'completed',
    error: null,
    voice_to_voice_ms: 780 + secondsAgo,
    providers: {
      transcriber: 'deepgram-nova',
      generator: 'openai-compatible',
      synthesizer: 'cartesia-sonic',
    },
    question: 'How many hearts does an octopus have?',
    answer: 'Octopuses have three hearts. Two of them pump blood through the gills.',
    ...change,
  } satisfies Interaction;
}

/** An hour in steps of a minute; twenty minutes ago something was wrong. */
function points(): HistoryPoint[] {
  return Array.from({ length: 60 }, (_, index) => {
    const trouble = Math.max(0, 1 - Math.abs(index - 40) / 5);
    const turns = index < 6 ? 0 : 14 + Math.round(6 * Math.sin(index / 3));
    const wave = Math.sin(index / 4);
    const latency = (ms: number) => (turns === 0 ? null : Math.round(ms));
    return {
      timestamp: ago((60 - index) * 60),
      turns,
      errors: Math.round(trouble * 5),
      p50_ms: latency(720 + 40 * wave + 260 * trouble),
      p95_ms: latency(930 + 70 * wave + 900 * trouble),
      p99_ms: latency(1_080 + 110 * wave + 1_500 * trouble),
    };
  });
}

const NOTHING = { count: 0, p50: null, p95: null, p99: null };

/** A relay with all its providers, in the middle of its work. */
export function someOverview(change: Partial<Overview> = {}): Overview {
  return {
    timestamp: ago(0),
    started_at: ago(93_784),
    version: '0.1.0',
    health: {
      status: 'healthy',
      critical_down: [],
      cause: null,
      causes: [],
      timestamp: ago(0),
      providers: {
        transcriber: 'deepgram-nova',
        generator: 'openai-compatible',
        synthesizer: 'cartesia-sonic',
      },
      services: { total: 5, healthy: 5, degraded: 0, failed: 0 },
    },
    services: [
      service('transcriber', 'deepgram-nova'),
      service('transcriber', 'embedded', {
        url: null,
        last_check: null,
        latency_ms: null,
        total_requests: 0,
      }),
      service('generator', 'openai-compatible', { latency_ms: 388 }),
      service('generator', 'anthropic', { latency_ms: 452, total_requests: 12 }),
      service('synthesizer', 'cartesia-sonic', { latency_ms: 96, total_requests: 1_204 }),
    ],
    metrics: {
      active_sessions: 2,
      total_sessions: 128,
      total_turns: 861,
      total_errors: 11,
      total_barge_ins: 74,
      total_reconnects: 5,
      total_cost_usd: 3.4127,
      sessions_in_window: 100,
      avg_latencies_ms: { asr: 212, llm: 268, tts: 121, e2e: 842, pipeline: 611 },
      latency_targets: {
        asr: { target: 500, target_ms: 500, met: true },
        llm: { target: 300, target_ms: 300, met: true },
        tts: { target: 200, target_ms: 200, met: true },
        e2e: { target: 1_000, target_ms: 1_000, met: true },
        pipeline: { target: 1_000, target_ms: 1_000, met: true },
      },
    },
    latencies: {
      endpointing: { count: 214, p50: 322, p95: 520, p99: 710 },
      asr: { count: 214, p50: 84, p95: 161, p99: 322 },
      llm: { count: 214, p50: 251, p95: 412, p99: 690 },
      text_aggregation: { count: 214, p50: 41, p95: 92, p99: 140 },
      tts: { count: 214, p50: 118, p95: 164, p99: 238 },
      e2e: { count: 214, p50: 812, p95: 1_140, p99: 1_702 },
      pipeline: { count: 214, p50: 490, p95: 810, p99: 1_110 },
    },
    active_connections: 2,
    queue_depths: { recogniser: 0, voice: 1, storage: 12, storage_bytes: 48_213 },
    system: {
      uptime_seconds: 93_784,
      cpu_percent: 34.2,
      memory_mb: 412,
      peak_memory_usage: 530,
      heap_used_mb: 121,
      memory_limit_mb: 1_024,
      memory_percent: 40.2,
      event_loop_delay_ms: { p50: 1.1, p99: 6.4, max: 38 },
      disk: { free_mb: 18_240, total_mb: 51_200 },
    },
    spending: {
      day: ago(0).slice(0, 10),
      spent_usd: 3.41,
      budget_usd: 20,
      by_provider: [
        { stage: 'synthesizer', provider: 'cartesia-sonic', cost_usd: 2.1 },
        { stage: 'generator', provider: 'openai-compatible', cost_usd: 0.97 },
        { stage: 'transcriber', provider: 'deepgram-nova', cost_usd: 0.34 },
      ],
    },
    history: { range: '1h', step_seconds: 60, points: points() },
    interactions: [
      interaction('turn_9', 4),
      interaction('turn_8', 41, { outcome: 'interrupted', question: 'Tell me about whales.' }),
      interaction('turn_7', 96, {
        outcome: 'failed',
        error: 'generator_timeout',
        voice_to_voice_ms: null,
        answer: null,
      }),
      interaction('turn_6', 180, { question: null, answer: null }),
    ],
    sessions: [
      operatedSession('sess_4f21'),
      operatedSession('sess_90ab', {
        client: 'Safari on iPhone',
        stage: 'thinking',
        stage_since: ago(84),
        stuck: true,
        turns: 1,
        cost_usd: 0.0004,
        line: { codec: 'opus', sockets: 2, rtt_ms: 104, loss: 0.08 },
      }),
    ],
    sessions_total: 2,
    ...change,
  };
}

/** The first of three relays: one stops, one is starting. */
export function sharedOverview(): Overview {
  const base = someOverview();
  const relays = (['ok', 'draining', 'starting'] as const).map((state, index) => ({
    ...{ id: `relay_${index}f0c2b6e1d9a4783`, url: `http://10.0.0.${index + 1}:8787`, state },
    ...{ is_this: index === 0, version: '0.1.0', calls: 1, started_at: ago(93_784) },
  }));
  const sessions = base.sessions.map((each, index) => ({ ...each, relay: relays[index]!.id }));
  return { ...base, relays, sessions };
}

/** Just started: nothing has happened yet. */
export function newOverview(): Overview {
  const base = someOverview();
  const latencies = Object.fromEntries(
    Object.keys(base.latencies).map((name) => [name, NOTHING]),
  ) as Overview['latencies'];
  return {
    ...base,
    started_at: ago(20),
    metrics: {
      ...base.metrics,
      active_sessions: 0,
      total_sessions: 0,
      total_turns: 0,
      total_errors: 0,
      total_cost_usd: 0,
      avg_latencies_ms: { asr: null, llm: null, tts: null, e2e: null, pipeline: null },
      latency_targets: Object.fromEntries(
        Object.entries(base.metrics.latency_targets).map(([name, { target }]) => [
          name,
          { target, target_ms: target, met: null },
        ]),
      ) as Overview['metrics']['latency_targets'],
    },
    latencies,
    active_connections: 0,
    queue_depths: { recogniser: 0, voice: 0, outbox_bytes: 0, storage_spool_bytes: 0 },
    spending: { ...base.spending, spent_usd: 0, budget_usd: null, by_provider: [] },
    history: { ...base.history, points: [] },
    interactions: [],
    sessions: [],
    sessions_total: 0,
  };
}

/** A relay whose answers wait too long for the end of a turn. */
export function slowOverview(): Overview {
  const base = someOverview();
  const cause: Cause = {
    code: 'answers_slow',
    message:
      'Answers are slow: half take 1.7 s or more. The longest wait is for the end of the turn: 1.2 s.',
    part: 'endpointing',
  };
  const { latency_targets: targets } = base.metrics;
  return {
    ...base,
    health: { ...base.health, status: 'degraded', cause, causes: [cause] },
    metrics: {
      ...base.metrics,
      latency_targets: { ...targets, e2e: { ...targets.e2e, met: false } },
    },
    latencies: {
      ...base.latencies,
      endpointing: { count: 214, p50: 1_180, p95: 1_320, p99: 1_410 },
      e2e: { count: 214, p50: 1_672, p95: 1_940, p99: 2_102 },
    },
  };
}

/** The relay with one of its first choices failed. */
export function troubledOverview(status: 'degraded' | 'critical_down', causes: Cause[]): Overview {
  const base = someOverview();
  const failed = {
    state: 'failed',
    failure_count: 3,
    last_error: 'unauthorized',
    last_error_at: ago(34),
    total_failures: 7,
  } as const;
  return {
    ...base,
    health: {
      ...base.health,
      status,
      critical_down: status === 'degraded' ? [] : ['generator'],
      cause: causes[0] ?? null,
      causes,
      providers: {
        ...base.health.providers,
        generator: status === 'degraded' ? 'anthropic' : 'none',
      },
      services: { total: 5, healthy: 4, degraded: 0, failed: 1 },
    },
    services: base.services.map((each) =>
      each.name === 'openai-compatible' ||
      (status === 'critical_down' && each.stage === 'generator')
        ? { ...each, ...failed }
        : each,
    ),
  };
}

/** Why `troubledOverview` is not well. */
export const TROUBLE: Cause = {
  code: 'service_failed',
  message: 'openai-compatible has failed (unauthorized). anthropic answers in its place.',
};
