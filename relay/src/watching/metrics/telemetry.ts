import type { SessionMetrics } from '@parley/shared/monitoring-api';
import type { MetricsConfig } from '../../base/config/metrics-settings.ts';
import type { Logger } from '../../base/lib/logger.ts';
import type { LedgerSink } from '../../people/metering/ledger.ts';
import { CallMetrics } from './call-metrics.ts';
import { PrometheusMetrics } from './prometheus-metrics.ts';
import { TurnHistory } from './turn-history.ts';
import { promisify } from 'node:util';
import { RotatingFile } from '../../base/lib/rotating-file.ts';

/** The file that is full becomes `….1`; the one before that is deleted. */
const MAX_FILE_BYTES = 16 * 1024 * 1024;

/** Lines that wait for a disk that is slow or full; the oldest are left out. */
const MAX_WAITING = 1_000;

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

/** Appends a line of JSON for each session, at its own pace: sessions never wait for the disk. */
export class MetricsFile implements AsyncDisposable {
  readonly #file: RotatingFile;
  readonly #append: (bytes: Uint8Array) => Promise<number>;
  readonly #logger: Logger;
  #waiting: string[] = [];
  /** The unwritten rest of lines that a disk, full by now, took in part. */
  #rest: Uint8Array = new Uint8Array();
  #writing: Promise<void> | undefined;
  #hasFailed = false;

  constructor(options: {
    readonly path: string;
    readonly logger: Logger;
    readonly maxBytes?: number;
  }) {
    const { path, logger, maxBytes = MAX_FILE_BYTES } = options;
    this.#file = new RotatingFile({ path, maxBytes, kept: 1 });
    this.#append = promisify(this.#file.write);
    this.#logger = logger;
  }

  append(line: SessionMetrics): void {
    this.#waiting.push(`${JSON.stringify(line)}\n`);
    if (this.#waiting.length > MAX_WAITING) this.#waiting.shift();
    this.#writing ??= this.#write().finally(() => (this.#writing = undefined));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#writing;
    await this.#file[Symbol.asyncDispose]();
  }

  /** Never rejects. Lines that a full disk does not take wait for the next session. */
  async #write(): Promise<void> {
    try {
      for (;;) {
        if (this.#rest.length === 0) this.#rest = Buffer.from(this.#waiting.splice(0).join(''));
        if (this.#rest.length === 0) return;
        this.#rest = this.#rest.subarray(await this.#append(this.#rest));
        this.#hasFailed = false;
      }
    } catch (err) {
      if (!this.#hasFailed) this.#logger.warn({ err }, 'the metrics of sessions cannot be written');
      this.#hasFailed = true;
    }
  }
}
