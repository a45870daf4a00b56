import { z } from 'zod/mini';
import { AUDIO_CODECS } from './audio-frame.ts';
import { ERROR_CODES } from './errors.ts';
import { STAGES } from './stages.ts';

/*
 * What operators and their programs read of a running relay. docs/monitoring/README.md has an
 * example of each, written by a test.
 */

const count = z.number().check(z.gte(0));
/** ISO 8601, UTC. */
const instant = z.string();

/**
 * - `healthy`: every stage is served by its first choice, and nothing is wrong with the relay
 * - `degraded`: calls are answered, but something is wrong
 * - `critical_down`: a stage of which the relay has providers has none that works
 */
export const overallStatusSchema = z.enum(['healthy', 'degraded', 'critical_down']);
export type OverallStatus = z.infer<typeof overallStatusSchema>;

/** The parts of the wait for an answer, in order: in each turn they add up to `e2e`. */
export const WAIT_PARTS = ['endpointing', 'asr', 'llm', 'text_aggregation', 'tts'] as const;
export type WaitPart = (typeof WAIT_PARTS)[number];

/** Why the status is not `healthy`: a stable code, and a sentence that names what is wrong. */
export const causeSchema = z.object({
  code: z.string(),
  message: z.string(),
  /** The longest part of slow answers. */
  part: z.optional(z.enum(WAIT_PARTS)),
});
export type Cause = z.infer<typeof causeSchema>;

export const monitoredServiceSchema = z.object({
  /** `stage:name`, e.g. `generator:openai`. */
  service_id: z.string(),
  stage: z.enum(STAGES),
  name: z.string(),
  /** Without user, password and query; null if it runs inside the relay or in the page. */
  url: z.nullable(z.string()),
  state: z.enum(['healthy', 'degraded', 'failed']),
  /** Failures in a row, of requests and probes. */
  failure_count: count,
  last_check: z.nullable(instant),
  last_success: z.nullable(instant),
  /** The class of the last failure, e.g. `unauthorized`. */
  last_error: z.nullable(z.string()),
  last_error_at: z.nullable(instant),
  /** Of the last probe. */
  latency_ms: z.nullable(count),
  total_requests: count,
  total_failures: count,
});
export type MonitoredService = z.infer<typeof monitoredServiceSchema>;

/** `GET /api/v1/monitoring/health` without a token: what a balancer needs, and nothing else. */
export const balancerHealthSchema = z.object({
  status: overallStatusSchema,
  /** The stages of which the relay has providers and none works. */
  critical_down: z.array(z.enum(STAGES)),
});
export type BalancerHealth = z.infer<typeof balancerHealthSchema>;

/** `GET /api/v1/monitoring/health`, for the operator. */
export const monitoringHealthSchema = z.extend(balancerHealthSchema, {
  /** The most important one; null if all is well. */
  cause: z.nullable(causeSchema),
  /** All of them, the most important first. */
  causes: z.array(causeSchema),
  timestamp: instant,
  /** The present provider of each stage; `browser` and `none` as in `session.degraded`. */
  providers: z.record(z.enum(STAGES), z.string()),
  services: z.object({ total: count, healthy: count, degraded: count, failed: count }),
});
export type MonitoringHealth = z.infer<typeof monitoringHealthSchema>;

/** `GET /api/v1/monitoring/health/services`. */
export const monitoredServicesSchema = z.object({ services: z.array(monitoredServiceSchema) });

/** `POST /api/v1/monitoring/health/reset/{service_id}`. */
export const serviceResetSchema = z.object({
  service_id: z.string(),
  status: z.literal('reset'),
  health: z.pick(monitoredServiceSchema, { state: true, failure_count: true }),
});

export const AVERAGED_LATENCIES = ['asr', 'llm', 'tts', 'e2e', 'pipeline'] as const;
export type AveragedLatency = (typeof AVERAGED_LATENCIES)[number];

/** `GET /api/v1/monitoring/metrics`. Counts since the relay was started. */
export const monitoringMetricsSchema = z.object({
  active_sessions: count,
  total_sessions: count,
  total_turns: count,
  total_errors: count,
  total_barge_ins: count,
  total_reconnects: count,
  total_cost_usd: count,
  /** Of the sessions that `avg_latencies_ms` is taken from: the last hundred and those that run. */
  sessions_in_window: count,
  /**
   * Means of first results, null before the first. `asr`: end of audio to final words; `llm`: to
   * the first text; `tts`: first clause to first audio; `pipeline`: end of audio to first audio;
   * `e2e`: true end of speech to first audio sent.
   */
  avg_latencies_ms: z.record(z.enum(AVERAGED_LATENCIES), z.nullable(count)),
  /** `target` and `target_ms` are the same; `met` is of the p50 in `latencies`, null before 20 turns. */
  latency_targets: z.record(
    z.enum(AVERAGED_LATENCIES),
    z.object({ target: count, target_ms: count, met: z.nullable(z.boolean()) }),
  ),
});
export type MonitoringMetrics = z.infer<typeof monitoringMetricsSchema>;

/** One of the relays that share a Redis. */
export const relayInstanceSchema = z.object({
  id: z.string(),
  /** All figures beside the list are those of this one. */
  is_this: z.boolean(),
  /** Where the others reach it. */
  url: z.string(),
  state: z.enum(['ok', 'draining', 'starting']),
  version: z.string(),
  /** That it holds, as of the last second or two. */
  calls: count,
  started_at: instant,
});
export type RelayInstance = z.infer<typeof relayInstanceSchema>;
/** All relays, the one with the figures first; left out if there is only one by its settings. */
const relays = z.optional(z.array(relayInstanceSchema));

/** `GET /api/v1/monitoring/status`. */
export const monitoringStatusSchema = z.object({
  relays,
  health: monitoringHealthSchema,
  services: z.array(monitoredServiceSchema),
  metrics: monitoringMetricsSchema,
});

const stageLatency = { total_latency_ms: count, avg_latency_ms: z.nullable(count) };

/** One line of `metrics.jsonl`: a session that is over. */
export const sessionMetricsSchema = z.object({
  /** Of its end. */
  timestamp: instant,
  session_id: z.string(),
  duration_s: count,
  turns: count,
  /** Frames of audio that arrived; latencies of final words. */
  asr: z.object({ chunks: count, transcriptions: count, ...stageLatency }),
  /** Tokens read and written; latencies of first texts. */
  llm: z.object({
    tokens: count,
    input_tokens: count,
    output_tokens: count,
    requests: count,
    ...stageLatency,
  }),
  /** Frames of audio that were sent; latencies of first audio. */
  tts: z.object({ frames: count, clauses: count, ...stageLatency }),
  /** ms from the true end of speech to the first audio sent, under a short and a full name each. */
  e2e: z.object({
    measurements: count,
    avg: z.nullable(count),
    min: z.nullable(count),
    max: z.nullable(count),
    avg_latency_ms: z.nullable(count),
    min_latency_ms: z.nullable(count),
    max_latency_ms: z.nullable(count),
  }),
  errors: count,
  barge_ins: count,
  reconnects: count,
  cost_usd: count,
});
export type SessionMetrics = z.infer<typeof sessionMetricsSchema>;

/** Of `count` values, ms, by nearest rank; null without any. */
export const percentilesSchema = z.object({
  count,
  p50: z.nullable(count),
  p95: z.nullable(count),
  p99: z.nullable(count),
});
export type Percentiles = z.infer<typeof percentilesSchema>;

export const MEASURED_LATENCIES = [...WAIT_PARTS, 'e2e', 'pipeline'] as const;
export type MeasuredLatency = (typeof MEASURED_LATENCIES)[number];
/** Of the spoken turns that were answered in the last 15 minutes, a thousand at most. */
const latencyPercentilesSchema = z.record(z.enum(MEASURED_LATENCIES), percentilesSchema);
export type LatencyPercentiles = z.infer<typeof latencyPercentilesSchema>;

/** Waiting for a thread or a disk: a count, or bytes if the name says so. */
const queueDepthsSchema = z.record(z.string(), count);

/** `GET /performance/summary`. */
export const performanceSummarySchema = z.object({
  stages: latencyPercentilesSchema,
  queue_depths: queueDepthsSchema,
  throughput: z.object({
    /** In the last five minutes. */
    turns_per_minute: count,
    sessions_per_minute: count,
  }),
  metrics: z.object({
    /** Since the relay was started. */
    audio_processing: z.object({
      frames_received: count,
      bytes_received: count,
      frames_sent: count,
      event_loop_delay_p99_ms: count,
    }),
  }),
});
export type PerformanceSummary = z.infer<typeof performanceSummarySchema>;

const componentSchema = z.object({
  status: z.enum(['healthy', 'degraded', 'failed']),
  /** A sentence if it is not healthy. */
  message: z.nullable(z.string()),
  details: z.record(z.string(), z.union([z.number(), z.string(), z.boolean()])),
});
export type HealthComponent = z.infer<typeof componentSchema>;

export const HEALTH_COMPONENTS = [
  'websocket_manager',
  'audio_pipeline',
  'worker_pools',
  'storage',
  'providers',
  'event_loop',
] as const;

export const systemStatsSchema = z.object({
  uptime_seconds: count,
  /** Of one processor; more than 100 with several threads. */
  cpu_percent: count,
  memory_mb: count,
  peak_memory_usage: count,
  heap_used_mb: count,
  /** What the process may use: of its control group, or of the machine. */
  memory_limit_mb: count,
  memory_percent: count,
  event_loop_delay_ms: z.object({ p50: count, p99: count, max: count }),
  /** Of the data folder; null if it cannot be asked. */
  disk: z.nullable(z.object({ free_mb: count, total_mb: count })),
});
export type SystemStats = z.infer<typeof systemStatsSchema>;

/** `GET /health/detailed`. */
export const healthDetailedSchema = z.object({
  status: overallStatusSchema,
  relays,
  components: z.record(z.enum(HEALTH_COMPONENTS), componentSchema),
  system_stats: systemStatsSchema,
});
export type HealthDetailed = z.infer<typeof healthDetailedSchema>;

/** A span of time on the dashboard's charts. */
export const historyPointSchema = z.object({
  /** When it began. */
  timestamp: instant,
  turns: count,
  errors: count,
  /** Voice-to-voice; null without a measured turn. */
  p50_ms: z.nullable(count),
  p95_ms: z.nullable(count),
  p99_ms: z.nullable(count),
});
export type HistoryPoint = z.infer<typeof historyPointSchema>;

/** One turn of late. */
export const interactionSchema = z.object({
  timestamp: instant,
  session_id: z.string(),
  turn_id: z.string(),
  outcome: z.string(),
  error: z.nullable(z.enum(ERROR_CODES)),
  voice_to_voice_ms: z.nullable(count),
  /** The providers that served it. */
  providers: z.partialRecord(z.enum(STAGES), z.string()),
  /** The words said and answered; null if conversations may not be kept. */
  question: z.nullable(z.string()),
  answer: z.nullable(z.string()),
});
export type Interaction = z.infer<typeof interactionSchema>;

/** A call that runs, for the operator. */
export const operatedSessionSchema = z.object({
  session_id: z.string(),
  /** The one of `relays` that holds it. */
  relay: z.optional(z.string()),
  started_at: instant,
  /** The program that calls. */
  client: z.string(),
  connected: z.boolean(),
  /** What the call does now. */
  stage: z.enum(['waiting', 'listening', 'recognising', 'thinking', 'speaking']),
  /** Since when; a turn that is in one stage for over a minute is stuck. */
  stage_since: instant,
  stuck: z.boolean(),
  turns: count,
  cost_usd: count,
  /** What its client knows of its line; absent until it has said so. */
  line: z.optional(
    z.object({
      /** Of the speech that was sent last. */
      codec: z.enum(AUDIO_CODECS),
      /** WebSockets that carry the same messages. */
      sockets: count,
      rtt_ms: count,
      /** Share of packets that are lost, an estimate, 0–1. */
      loss: count,
    }),
  ),
});
export type OperatedSession = z.infer<typeof operatedSessionSchema>;

export const HISTORY_RANGES = ['1h', '6h', '24h'] as const;
export type HistoryRange = (typeof HISTORY_RANGES)[number];

/**
 * `GET /api/v1/admin/overview?range=1h`: everything that the status page shows. With `relay`, the id
 * of one of several, it is that one's; if that one is gone, it is the answering relay's.
 */
export const overviewSchema = z.object({
  timestamp: instant,
  started_at: instant,
  version: z.string(),
  health: monitoringHealthSchema,
  services: z.array(monitoredServiceSchema),
  metrics: monitoringMetricsSchema,
  latencies: latencyPercentilesSchema,
  active_connections: count,
  queue_depths: queueDepthsSchema,
  system: systemStatsSchema,
  spending: z.object({
    day: z.string(),
    spent_usd: count,
    /** Of the whole relay in a day; null without a limit. */
    budget_usd: z.nullable(count),
    by_provider: z.array(
      z.object({ stage: z.enum(STAGES), provider: z.string(), cost_usd: count }),
    ),
  }),
  history: z.object({
    range: z.enum(HISTORY_RANGES),
    step_seconds: count,
    points: z.array(historyPointSchema),
  }),
  interactions: z.array(interactionSchema),
  relays,
  /** Of all relays, 200 at most; `sessions_total` counts those of all as well. */
  sessions: z.array(operatedSessionSchema),
  sessions_total: count,
});
export type Overview = z.infer<typeof overviewSchema>;
