import { ParleyError, STAGES, type Stage } from '@parley/shared';
import type { Plan } from '../limits/plans.ts';
import type { RelaySettings } from '../limits/relay-settings.ts';
import type { Stages } from '../../call/stages/stages.ts';

export interface ProviderChoiceOptions {
  readonly providers: Stages;
  /** The names of those that cost money. */
  readonly paid: ReadonlySet<string>;
  readonly settings: Pick<RelaySettings, 'providers' | 'onChange'>;
}

/**
 * Which providers serve a new call: those that an administrator chose, in that order, and without
 * the ones that its plan does not pay for. A call that runs keeps those that it began with.
 */
export class ProviderChoice {
  readonly #options: ProviderChoiceOptions;
  #all: Stages;
  /** undefined: a stage has no provider without a price. */
  #free: Stages | undefined;

  constructor(options: ProviderChoiceOptions) {
    this.#options = options;
    this.#all = this.#arrange(() => true) ?? options.providers;
    this.#free = this.#arrangeFree();
    options.settings.onChange(() => {
      this.#all = this.#arrange(() => true) ?? options.providers;
      this.#free = this.#arrangeFree();
    });
  }

  /** For callers whose plan leaves none out. */
  get all(): Stages {
    return this.#all;
  }

  /** @throws ParleyError `plan_excludes` */
  of({ allowsPaidProviders }: Plan): Stages {
    const stages = allowsPaidProviders ? this.#all : this.#free;
    if (stages === undefined) throw new ParleyError('plan_excludes');
    return stages;
  }

  #arrangeFree(): Stages | undefined {
    const { paid } = this.#options;
    return this.#arrange((name) => !paid.has(name));
  }

  #arrange(isAllowed: (name: string) => boolean): Stages | undefined {
    const { providers, settings } = this.#options;
    const chosen = (stage: Stage) => settings.providers[stage].filter(isAllowed);
    const isAsStarted = STAGES.every(
      (stage) => chosen(stage).join() === providers.ladder.order(stage).join(),
    );
    return isAsStarted ? providers : providers.arranged(chosen);
  }
}
