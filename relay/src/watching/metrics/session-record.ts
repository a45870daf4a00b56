import type { AveragedLatency, SessionMetrics } from '@parley/shared/monitoring-api';
import type { AudioTraffic } from '../../call/events/call-events.ts';

const MICRO_PER_USD = 1_000_000;

/** How many values there were, and their total, least and greatest. */
class Sum {
  count = 0;
  total = 0;
  min = Number.POSITIVE_INFINITY;
  max = Number.NEGATIVE_INFINITY;

  add(value: number): void {
    this.count++;
    this.total += value;
    this.min = Math.min(this.min, value);
    this.max = Math.max(this.max, value);
  }
}

/** Of several sums together, to a tenth; null without values. */
export function meanOf(sums: readonly Sum[]): number | null {
  const count = sums.reduce((sum, one) => sum + one.count, 0);
  const total = sums.reduce((sum, one) => sum + one.total, 0);
  return count === 0 ? null : toTenth(total / count);
}

/** Milliseconds as they are shown to programs. */
function toTenth(ms: number): number {
  return Math.round(ms * 10) / 10;
}

/** What is counted of one session. */
export class RecordedSession {
  turns = 0;
  errors = 0;
  bargeIns = 0;
  reconnects = 0;
  microUsd = 0;
  transcriptions = 0;
  inputTokens = 0;
  outputTokens = 0;
  requests = 0;
  clauses = 0;
  readonly latencies: Readonly<Record<AveragedLatency, Sum>> = {
    asr: new Sum(),
    llm: new Sum(),
    tts: new Sum(),
    e2e: new Sum(),
    pipeline: new Sum(),
  };

  /** @param end.atMs - ms since 1970 */
  toMetrics(
    sessionId: string,
    end: { readonly atMs: number; readonly durationMs: number; readonly traffic: AudioTraffic },
  ): SessionMetrics {
    const { asr, llm, tts, e2e } = this.latencies;
    const avg = meanOf([e2e]);
    const min = e2e.count === 0 ? null : toTenth(e2e.min);
    const max = e2e.count === 0 ? null : toTenth(e2e.max);
    return {
      timestamp: new Date(end.atMs).toISOString(),
      session_id: sessionId,
      duration_s: Math.round(end.durationMs) / 1_000,
      turns: this.turns,
      asr: {
        chunks: end.traffic.framesIn,
        transcriptions: this.transcriptions,
        ...latencyOf(asr),
      },
      llm: {
        tokens: this.inputTokens + this.outputTokens,
        input_tokens: this.inputTokens,
        output_tokens: this.outputTokens,
        requests: this.requests,
        ...latencyOf(llm),
      },
      tts: { frames: end.traffic.framesOut, clauses: this.clauses, ...latencyOf(tts) },
      e2e: {
        measurements: e2e.count,
        ...{ avg, min, max },
        ...{ avg_latency_ms: avg, min_latency_ms: min, max_latency_ms: max },
      },
      errors: this.errors,
      barge_ins: this.bargeIns,
      reconnects: this.reconnects,
      cost_usd: this.microUsd / MICRO_PER_USD,
    };
  }
}

function latencyOf(sum: Sum) {
  return { total_latency_ms: toTenth(sum.total), avg_latency_ms: meanOf([sum]) };
}
