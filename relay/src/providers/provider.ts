import type { ErrorCode } from '@parley/shared';

/** The three stages of a turn. */
export const STAGES = ['transcriber', 'generator', 'synthesizer'] as const;
export type Stage = (typeof STAGES)[number];

/** What the three ports have in common beside their work. */
export interface Provider {
  /** Name shown to people, in logs and in configuration, e.g. `deepgram-nova`. */
  readonly name: string;
  /**
   * The cheapest real proof that it could serve now: costs no speech and no tokens.
   *
   * @throws ProviderError
   */
  probe?(signal: AbortSignal): Promise<void>;
  /**
   * A call has begun: whatever takes time to open is opened and kept warm until the returned
   * function is called. Never throws: what cannot be opened now will tell when it is used.
   */
  prepare?(): () => void;
}

/** Another provider does the work of a stage from here on. */
export interface Failover {
  readonly stage: Stage;
  readonly from: string;
  /** A provider's name, `browser`, or `none` where nothing is left. */
  readonly to: string;
  readonly reason: ErrorCode;
}
