import type { Failover, Stage } from '../stages/provider.ts';

/** Told what becomes of the stages, so that the client can be told. */
export interface StageObserver {
  failedOver(failover: Failover): void;
  /** A request was served from beginning to end by the provider it was given to. */
  served(stage: Stage): void;
}

/** One request to a stage, and who took it over where its provider failed. */
export class StageRun {
  readonly #stage: Stage;
  readonly #observer: StageObserver | undefined;
  #standIn: string | undefined;

  constructor(stage: Stage, observer: StageObserver | undefined) {
    this.#stage = stage;
    this.#observer = observer;
  }

  /** To be handed to the port. */
  readonly onFailover = (failover: Failover): void => {
    this.#standIn = failover.to;
    this.#observer?.failedOver(failover);
  };

  /** Who took over last: a provider's name, `browser`, `none`, or undefined where nobody did. */
  get standIn(): string | undefined {
    return this.#standIn;
  }

  succeeded(): void {
    if (this.#standIn === undefined) this.#observer?.served(this.#stage);
  }
}
