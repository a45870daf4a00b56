import { ERRORS, LATENCY_TARGETS_MS } from '@parley/shared';
import {
  AVERAGED_LATENCIES,
  MEASURED_LATENCIES,
  type AveragedLatency,
  type LatencyPercentiles,
  type MonitoringMetrics,
  type SessionMetrics,
} from '@parley/shared/monitoring-api';
import { isTargetMet, percentilesOf } from '@parley/shared/statistics';
import type { LedgerEntry } from '../../people/metering/ledger.ts';
import type { CallEvent, CallEventOf } from '../../call/events/call-events.ts';
import type { CallObserver } from '../../call/events/call-observers.ts';
import type { PrometheusMetrics } from './prometheus-metrics.ts';
import { meanOf, RecordedSession } from './session-record.ts';
import type { TurnHistory } from './turn-history.ts';
import { turnLatencies } from './turn-latencies.ts';

/** Sessions that are over and still count for the means. */
const WINDOW_SESSIONS = 100;
/** Turns that percentiles are taken of. */
const RECENT_VALUES = 1_000;
const MICRO_PER_USD = 1_000_000;
/** Events that are counted without a session as well. */
const OF_REQUESTS: ReadonlySet<CallEvent['type']> = new Set([
  'utterance-final',
  'utterance-failed',
  'provider-attempted',
] as const);

/** ms; see `AVERAGED_LATENCIES` for what is measured. The relay sends some time before it is heard. */
const TARGETS_MS: Readonly<Record<AveragedLatency, number>> = {
  asr: LATENCY_TARGETS_MS.asr_final_ms,
  llm: LATENCY_TARGETS_MS.llm_ttft_ms,
  tts: LATENCY_TARGETS_MS.tts_ttfb_ms,
  e2e: LATENCY_TARGETS_MS.voice_to_voice_ms,
  pipeline: LATENCY_TARGETS_MS.voice_to_voice_ms,
};

interface Totals {
  sessions: number;
  turns: number;
  errors: number;
  bargeIns: number;
  reconnects: number;
  microUsd: number;
}

export interface CallMetricsOptions {
  readonly prometheus: PrometheusMetrics;
  readonly history: TurnHistory;
  /** A session is over. */
  readonly onSession: (metrics: SessionMetrics) => void;
}

/** Counts and measures all calls, from their events and the ledger's entries. */
export class CallMetrics implements CallObserver {
  readonly name = 'metrics';
  readonly #options: CallMetricsOptions;
  readonly #open = new Map<string, RecordedSession>();
  readonly #over: RecordedSession[] = [];
  readonly #totals: Totals = {
    ...{ sessions: 0, turns: 0, errors: 0, bargeIns: 0, reconnects: 0, microUsd: 0 },
  };
  readonly #costs = new Map<string, { readonly entry: LedgerEntry; microUsd: number }>();
  /** Latencies of spoken turns: a typed one has nothing to wait for, and would flatter the figures. */
  readonly #answered = new RecentValues<ReturnType<typeof turnLatencies>>(RECENT_VALUES);
  readonly #recentTurns = new RecentValues(RECENT_VALUES);
  readonly #recentSessions = new RecentValues(RECENT_VALUES);
  /** Of sessions that are over. */
  readonly #traffic = { framesIn: 0, bytesIn: 0, framesOut: 0 };

  constructor(options: CallMetricsOptions) {
    this.#options = options;
    options.prometheus.readFrom('voice_cost_usd_total', () =>
      this.costs.map(({ cost_usd: value, ...labels }) => ({ value, labels })),
    );
  }

  observe(event: CallEvent): void {
    const { prometheus, history } = this.#options;
    const record = this.#recordOf(event);
    if (record === undefined) return;
    switch (event.type) {
      case 'session-started':
        this.#totals.sessions++;
        this.#recentSessions.add(1, event.atMs);
        prometheus.count('voice_sessions_total');
        break;
      case 'session-resumed':
        record.reconnects++;
        this.#totals.reconnects++;
        prometheus.count('voice_reconnects_total');
        break;
      case 'line-reported': {
        const { codec, sockets, rttMs, loss } = event;
        prometheus.count('voice_client_line_reports_total', { codec, sockets: String(sockets) });
        prometheus.measure('voice_client_round_trip_seconds', rttMs);
        prometheus.observe('voice_client_loss_ratio', loss);
        break;
      }
      case 'session-ended':
        this.#sessionEnded(event, record);
        break;
      case 'utterance-final':
        this.#utteranceFinal(event, record);
        break;
      case 'utterance-failed':
        prometheus.count('voice_transcriptions_total', {
          ...{ provider: event.provider, outcome: 'failed' },
        });
        this.#failed(event, record);
        break;
      case 'turn-decided':
        if (event.afterMs === null) break;
        prometheus.measure('voice_endpointing_seconds', event.afterMs);
        break;
      case 'barge-in-decided':
        prometheus.count('voice_barge_ins_total', { kind: event.verdict });
        if (event.verdict === 'backchannel') break;
        record.bargeIns++;
        this.#totals.bargeIns++;
        break;
      case 'clause-heard':
        record.clauses++;
        break;
      case 'reply-done':
        this.#replyDone(event, record);
        break;
      case 'turn-ended':
        record.turns++;
        this.#totals.turns++;
        this.#recentTurns.add(1, event.atMs);
        prometheus.count('voice_turns_total', { outcome: event.outcome });
        history.turnEnded(event.atMs);
        break;
      case 'provider-attempted':
        if (event.stage === 'generator') record.requests++;
        if (event.stage === 'synthesizer' && event.outcome === 'succeeded') {
          const { provider, durationMs } = event;
          prometheus.measure('voice_tts_duration_seconds', durationMs, { provider });
        }
        break;
      case 'provider-used':
        if (event.stage !== 'generator') break;
        record.inputTokens += event.units.inputTokens ?? 0;
        record.outputTokens += event.units.outputTokens ?? 0;
        break;
      case 'error':
        this.#failed(event, record);
        break;
      default:
    }
  }

  /** Something was spent, in a call or by the relay itself. */
  spent(entry: LedgerEntry): void {
    const key = `${entry.stage}:${entry.provider}`;
    const cost = this.#costs.get(key) ?? { entry, microUsd: 0 };
    this.#costs.set(key, cost);
    cost.microUsd += entry.microUsd;
    this.#totals.microUsd += entry.microUsd;
    const record = entry.sessionId === null ? undefined : this.#open.get(entry.sessionId);
    if (record !== undefined) record.microUsd += entry.microUsd;
  }

  /** What a session that runs has cost so far, micro-dollars. */
  costOf(sessionId: string): number {
    return this.#open.get(sessionId)?.microUsd ?? 0;
  }

  /**
   * The means are of the last hundred sessions and of those that run.
   *
   * @param judged - the latencies that are held against the targets
   */
  report(activeSessions: number, judged: LatencyPercentiles): MonitoringMetrics {
    const { sessions, turns, errors, bargeIns, reconnects, microUsd } = this.#totals;
    const window = [...this.#over, ...this.#open.values()];
    const mean = (name: AveragedLatency) => meanOf(window.map(({ latencies }) => latencies[name]));
    const means = Object.fromEntries(
      AVERAGED_LATENCIES.map((name) => [name, mean(name)]),
    ) as Record<AveragedLatency, number | null>;
    const targets = AVERAGED_LATENCIES.map((name) => {
      const target = TARGETS_MS[name];
      const met = isTargetMet(judged[name], target);
      return [name, { target, target_ms: target, met }] as const;
    });
    return {
      active_sessions: activeSessions,
      total_sessions: sessions,
      total_turns: turns,
      total_errors: errors,
      total_barge_ins: bargeIns,
      total_reconnects: reconnects,
      total_cost_usd: microUsd / MICRO_PER_USD,
      sessions_in_window: window.length,
      avg_latencies_ms: means,
      latency_targets: Object.fromEntries(targets) as MonitoringMetrics['latency_targets'],
    };
  }

  /** Of the spoken turns answered since an instant, ms since 1970; a thousand at most. */
  percentilesSince(sinceMs: number): LatencyPercentiles {
    const turns = this.#answered.since(sinceMs);
    return Object.fromEntries(
      MEASURED_LATENCIES.map((name) => [
        name,
        percentilesOf(turns.flatMap((turn) => turn[name] ?? [])),
      ]),
    ) as LatencyPercentiles;
  }

  /** Turns that ended and sessions that began since an instant, ms since 1970; a thousand at most. */
  countSince(sinceMs: number): { readonly turns: number; readonly sessions: number } {
    return {
      turns: this.#recentTurns.since(sinceMs).length,
      sessions: this.#recentSessions.since(sinceMs).length,
    };
  }

  /** US dollars by stage and provider, since the relay was started. */
  get costs() {
    return [...this.#costs.values()].map(({ entry: { stage, provider }, microUsd }) => ({
      stage,
      provider,
      cost_usd: microUsd / MICRO_PER_USD,
    }));
  }

  /** Of sessions that are over. */
  get pastTraffic(): Readonly<Record<'framesIn' | 'bytesIn' | 'framesOut', number>> {
    return this.#traffic;
  }

  #recordOf({ type, sessionId }: CallEvent): RecordedSession | undefined {
    const known = this.#open.get(sessionId);
    // A program's request is no session, but what providers did for it counts.
    if (known === undefined && OF_REQUESTS.has(type)) return new RecordedSession();
    if (known !== undefined || type !== 'session-started') return known;
    const record = new RecordedSession();
    this.#open.set(sessionId, record);
    return record;
  }

  #sessionEnded(event: CallEventOf<'session-ended'>, record: RecordedSession): void {
    const { sessionId, traffic } = event;
    this.#open.delete(sessionId);
    this.#over.push(record);
    if (this.#over.length > WINDOW_SESSIONS) this.#over.shift();
    this.#traffic.framesIn += traffic.framesIn;
    this.#traffic.bytesIn += traffic.bytesIn;
    this.#traffic.framesOut += traffic.framesOut;
    this.#options.onSession(record.toMetrics(sessionId, event));
  }

  #utteranceFinal(event: CallEventOf<'utterance-final'>, record: RecordedSession): void {
    const { provider, finalMs, isUnrecognised } = event;
    const outcome = isUnrecognised ? 'unrecognised' : 'recognised';
    this.#options.prometheus.count('voice_transcriptions_total', { provider, outcome });
    record.transcriptions++;
    if (finalMs === null) return;
    this.#options.prometheus.measure('voice_transcription_duration_seconds', finalMs, { provider });
    record.latencies.asr.add(finalMs);
  }

  #replyDone(event: CallEventOf<'reply-done'>, record: RecordedSession): void {
    const { timeline, providers, status, code, atMs } = event;
    const { prometheus, history } = this.#options;
    const latencies = turnLatencies(timeline);
    const { llm, tts, e2e, pipeline } = latencies;
    if (llm !== undefined) {
      const { generator: provider = 'none' } = providers;
      prometheus.measure('voice_llm_ttft_seconds', llm, { provider });
      record.latencies.llm.add(llm);
    }
    if (tts !== undefined) {
      const { synthesizer: provider = 'none' } = providers;
      prometheus.measure('voice_tts_ttfb_seconds', tts, { provider });
      record.latencies.tts.add(tts);
    }
    if (pipeline !== undefined) record.latencies.pipeline.add(pipeline);
    if (e2e !== undefined) {
      prometheus.measure('voice_to_voice_seconds', e2e);
      history.answered(atMs, e2e);
      record.latencies.e2e.add(e2e);
      this.#answered.add(latencies, atMs);
    }
    if (status === 'failed' && code !== null) this.#failed({ code, atMs }, record);
  }

  #failed({ code, atMs }: Pick<CallEventOf<'error'>, 'code' | 'atMs'>, record: RecordedSession) {
    record.errors++;
    this.#totals.errors++;
    const fault = ERRORS[code].status < 500 ? 'client' : 'relay';
    this.#options.prometheus.count('voice_errors_total', { type: code, fault });
    this.#options.history.failed(atMs);
  }
}

/** The last values of a series, no more than `size`. */
class RecentValues<T = number> {
  readonly #size: number;
  readonly #values: { readonly value: T; readonly atMs: number }[] = [];
  #next = 0;

  constructor(size: number) {
    this.#size = size;
  }

  add(value: T, atMs: number): void {
    this.#values[this.#next] = { value, atMs };
    this.#next = (this.#next + 1) % this.#size;
  }

  /** In no order. */
  since(atMs: number): readonly T[] {
    return this.#values.filter((one) => one.atMs >= atMs).map(({ value }) => value);
  }
}
