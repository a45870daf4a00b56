/** A metric as Prometheus knows it; docs/monitoring/metrics.md is written from these. */
export interface MetricDefinition {
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  /** Few values each, all known to the configuration or the protocol: never a session or a user. */
  readonly labels?: readonly string[];
  /** Upper bounds: s, or shares. */
  readonly buckets?: readonly number[];
}

/** Around what a person takes for a pause: finer below a second. */
const ANSWER_BUCKETS = [0.1, 0.2, 0.3, 0.5, 0.75, 1, 1.5, 2, 3, 5, 10] as const;
/** First results of a stage. */
const STAGE_BUCKETS = [0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1, 2, 5, 10] as const;
/** From a neighbour's network to a line that nobody can talk over. */
const ROUND_TRIP_BUCKETS = [0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2] as const;
const LOSS_BUCKETS = [0, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3] as const;
/** Whole requests to a voice. */
const SPEECH_BUCKETS = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60] as const;

export const METRICS = {
  voice_transcriptions_total: {
    type: 'counter',
    help: 'Utterances that were heard to their end, by transcriber and outcome (recognised, unrecognised, failed).',
    labels: ['provider', 'outcome'],
  },
  voice_transcription_duration_seconds: {
    type: 'histogram',
    help: 'From the end of the audio to the final words.',
    labels: ['provider'],
    buckets: STAGE_BUCKETS,
  },
  voice_llm_ttft_seconds: {
    type: 'histogram',
    help: 'From the final words to the first text of the answer; 0 if that was there before.',
    labels: ['provider'],
    buckets: STAGE_BUCKETS,
  },
  voice_tts_duration_seconds: {
    type: 'histogram',
    help: 'Requests to a voice that succeeded, from their beginning to their last audio.',
    labels: ['provider'],
    buckets: SPEECH_BUCKETS,
  },
  voice_tts_ttfb_seconds: {
    type: 'histogram',
    help: 'From the first clause to the first audio.',
    labels: ['provider'],
    buckets: STAGE_BUCKETS,
  },
  voice_to_voice_seconds: {
    type: 'histogram',
    help: 'From the true end of speech to the first audio that the relay sent.',
    buckets: ANSWER_BUCKETS,
  },
  voice_endpointing_seconds: {
    type: 'histogram',
    help: 'From the true end of speech to the decision that the person has finished.',
    buckets: ANSWER_BUCKETS,
  },
  voice_active_connections: { type: 'gauge', help: 'Sessions with a connection.' },
  voice_active_sessions: {
    type: 'gauge',
    help: 'Sessions that run, with a connection or without.',
  },
  voice_stuck_sessions: {
    type: 'gauge',
    help: 'Sessions that have been in one stage of a turn for over a minute.',
  },
  voice_sessions_total: { type: 'counter', help: 'Sessions that were started.' },
  voice_turns_total: {
    type: 'counter',
    help: 'Turns that ended, by outcome.',
    labels: ['outcome'],
  },
  voice_errors_total: {
    type: 'counter',
    help: 'Errors that callers saw or heard an apology for, by error code, and by whose fault they were: `client` for what the relay refused rightly, such as malformed messages, else `relay`.',
    labels: ['type', 'fault'],
  },
  voice_barge_ins_total: {
    type: 'counter',
    help: 'Utterances that began while a reply was heard, by what they were (interruption, stop, backchannel).',
    labels: ['kind'],
  },
  voice_reconnects_total: { type: 'counter', help: 'Sessions that were resumed.' },
  voice_cost_usd_total: {
    type: 'counter',
    help: 'Money spent at providers, US dollars.',
    labels: ['stage', 'provider'],
  },
  voice_budget_used_ratio: {
    type: 'gauge',
    help: 'Share of the budget of the day that is spent; absent without a budget.',
  },
  voice_service_health: {
    type: 'gauge',
    help: 'Providers: 1 healthy, 0.5 degraded, 0 failed.',
    labels: ['service'],
  },
  voice_client_line_reports_total: {
    type: 'counter',
    help: 'Reports of clients about their line, each for about five seconds in which pings passed: by the codec of their speech and how many sockets carried it.',
    labels: ['codec', 'sockets'],
  },
  voice_client_round_trip_seconds: {
    type: 'histogram',
    help: 'The shortest round trip of late that each such report names.',
    buckets: ROUND_TRIP_BUCKETS,
  },
  voice_client_loss_ratio: {
    type: 'histogram',
    help: 'Share of packets that are lost, as each such report estimates it from late pings.',
    buckets: LOSS_BUCKETS,
  },
  voice_uplink_bytes_total: { type: 'counter', help: 'Bytes of audio frames that arrived.' },
  voice_queue_depth: {
    type: 'gauge',
    help: 'What waits: for a recogniser or voice thread (requests), in sockets (outbox_bytes), for the database (storage_spool_bytes).',
    labels: ['queue'],
  },
  voice_problem: {
    type: 'gauge',
    help: 'Problems of the relay itself now, by the code of /health.',
    labels: ['code'],
  },
  voice_memory_used_ratio: {
    type: 'gauge',
    help: 'Resident memory as a share of what the process may use.',
  },
  voice_event_loop_delay_seconds: {
    type: 'gauge',
    help: 'How late the event loop was in the last interval.',
    labels: ['percentile'],
  },
} as const satisfies Readonly<Record<string, MetricDefinition>>;

export type MetricName = keyof typeof METRICS;
type NamesOf<T extends MetricDefinition['type']> = {
  [Name in MetricName]: (typeof METRICS)[Name]['type'] extends T ? Name : never;
}[MetricName];
export type CounterName = NamesOf<'counter'>;
export type GaugeName = NamesOf<'gauge'>;
export type HistogramName = NamesOf<'histogram'>;
