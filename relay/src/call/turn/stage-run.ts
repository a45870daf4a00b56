import type { Stage } from '@parley/shared';
import type { Logger } from '../../base/lib/logger.ts';
import type {
  Failover,
  FailoverObserver,
  ProviderAttempt,
  ProviderUse,
} from '../stages/provider.ts';
import type { EmitCallEvent } from '../events/call-events.ts';

export interface StageRunOptions {
  readonly stage: Stage;
  readonly turnId: string;
  /** Names the person among the callers. */
  readonly caller: string;
  /** The provider that is asked first: its name, `browser`, or `none`. */
  readonly active: () => string;
  readonly emit: EmitCallEvent;
  readonly logger: Logger;
}

/** One request to a stage, and which provider served it. */
export class StageRun implements FailoverObserver {
  readonly caller: string;
  readonly turnId: string;
  readonly logger: Logger;
  readonly #options: StageRunOptions;
  #standIn: string | undefined;
  #provider: string | undefined;

  constructor(options: StageRunOptions) {
    this.#options = options;
    this.caller = options.caller;
    this.turnId = options.turnId;
    this.logger = options.logger;
  }

  /** All three are for the stage. */
  readonly onFailover = (failover: Failover): void => {
    const { turnId, emit } = this.#options;
    this.#standIn = failover.to;
    emit({ type: 'provider-failed-over', turnId, ...failover });
  };

  readonly onAttempt = (attempt: ProviderAttempt): void => {
    const { turnId, emit } = this.#options;
    if (attempt.outcome === 'succeeded') this.#provider = attempt.provider;
    emit({ type: 'provider-attempted', turnId, ...attempt });
  };

  readonly onUsed = (use: ProviderUse): void => {
    const { turnId, emit } = this.#options;
    emit({ type: 'provider-used', turnId, ...use });
  };

  /** The provider that took over last: a name, `browser` or `none`; undefined without failover. */
  get standIn(): string | undefined {
    return this.#standIn;
  }

  /** The provider that served the request from its beginning or took it over; undefined: none. */
  get provider(): string | undefined {
    return this.#provider;
  }

  succeeded(): void {
    this.#provider ??= this.#standIn ?? this.#options.active();
  }
}
