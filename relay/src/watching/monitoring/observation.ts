import type { Config } from '../../base/config/config.ts';
import type { Logger } from '../../base/lib/logger.ts';
import type { LedgerSink } from '../../people/metering/ledger.ts';
import { Telemetry } from '../metrics/telemetry.ts';
import type { CallObserver } from '../../call/events/call-observers.ts';
import { LiveCalls } from './live-calls.ts';

/** What watches calls for the operator. */
export class Observation implements AsyncDisposable {
  readonly live: LiveCalls;
  /** undefined: calls are not measured. */
  readonly telemetry: Telemetry | undefined;

  /** @param options.showsTexts - whether what people say may be shown to the operator */
  constructor(options: {
    readonly config: Pick<Config, 'metrics'>;
    readonly showsTexts: boolean;
    readonly logger: Logger;
  }) {
    const { config, showsTexts, logger } = options;
    this.live = new LiveCalls({ showsTexts, wallMs: Date.now });
    this.telemetry = config.metrics.isOn
      ? new Telemetry({ config: config.metrics, logger })
      : undefined;
  }

  get observers(): readonly CallObserver[] {
    return this.telemetry === undefined ? [this.live] : [this.telemetry.calls, this.live];
  }

  /** The same sink, whose entries are counted on their way. */
  counting(sink: LedgerSink): LedgerSink {
    return this.telemetry?.counting(sink) ?? sink;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.telemetry?.[Symbol.asyncDispose]();
  }
}
