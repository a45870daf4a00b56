import type { SessionMetrics } from '@parley/shared/monitoring-api';
import type { MetricsConfig } from '../../base/config/metrics-settings.ts';
import type { Logger } from '../../base/lib/logger.ts';
import type { LedgerSink } from '../../people/metering/ledger.ts';
import { CallMetrics } from './call-metrics.ts';
import { MetricsFile } from './metrics-file.ts';
import { PrometheusMetrics } from './prometheus-metrics.ts';
import { TurnHistory } from './turn-history.ts';

/** Everything that is measured of calls. */
export class Telemetry implements AsyncDisposable {
  readonly prometheus = new PrometheusMetrics();
  readonly history = new TurnHistory();
  readonly calls: CallMetrics;
  readonly #file: MetricsFile;
  readonly #logger: Logger;

  constructor(options: { readonly config: MetricsConfig; readonly logger: Logger }) {
    const { config, logger } = options;
    this.#logger = logger;
    this.#file = new MetricsFile({ path: config.savePath, logger });
    this.calls = new CallMetrics({
      prometheus: this.prometheus,
      history: this.history,
      onSession: (metrics) => this.#sessionEnded(metrics),
    });
  }

  /** The same sink, whose entries are counted on their way. */
  counting(sink: LedgerSink): LedgerSink {
    return {
      append: (entry) => {
        sink.append(entry);
        this.calls.spent(entry);
      },
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file[Symbol.asyncDispose]();
  }

  #sessionEnded(metrics: SessionMetrics): void {
    this.#file.append(metrics);
    const { session_id: sessionId, duration_s, turns, asr, llm, tts, e2e } = metrics;
    const { errors, barge_ins, reconnects, cost_usd } = metrics;
    this.#logger.info(
      {
        ...{ sessionId, duration_s, turns, errors, barge_ins, reconnects, cost_usd },
        asr_ms: asr.avg_latency_ms,
        llm_ms: llm.avg_latency_ms,
        tts_ms: tts.avg_latency_ms,
        e2e_ms: e2e.avg,
      },
      '[METRICS-SUMMARY] session',
    );
  }
}
