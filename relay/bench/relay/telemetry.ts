/** Where a relay sends its telemetry, and what opens the rest of it. */
export interface TelemetryAddresses {
  readonly otlpUrl: string;
  readonly sentryDsn: string;
  readonly adminToken: string;
}

/** What arrived since the beginning. */
export interface TelemetryFigures {
  readonly spans: number;
  /** Of errors. */
  readonly reports: number;
  /** Answers to `GET /metrics`. */
  readonly scrapes: number;
  /** Messages of the log's live tail. */
  readonly logLines: number;
}

/**
 * What the process can be asked that takes a relay's telemetry and reads it: an OpenTelemetry
 * collector, a Sentry, a Prometheus and one who follows the log.
 */
export interface TelemetryHandlers {
  readonly [name: string]: (argument: never) => unknown;
  readonly listen: (argument: null) => Promise<TelemetryAddresses>;
  /** Reads the metrics of the relay at `url` every ten seconds, and follows its log. */
  readonly read: (relay: { readonly url: string; readonly adminToken: string }) => Promise<void>;
  readonly received: (argument: null) => TelemetryFigures;
}
