import type { ErrorCode, UnnumberedRelayEvent } from '@parley/shared';
import { activeProvider } from '../turn/active-provider.ts';
import { isRelayProvider } from '../stages/provider.ts';
import type { StageObserver } from '../turn/stage-run.ts';
import { STAGES, type Failover, type Stage } from '../stages/provider.ts';
import type { Providers } from '../stages/providers.ts';

type StageChange = Extract<
  UnnumberedRelayEvent,
  { readonly type: 'session.degraded' | 'session.restored' }
>;

const FAILED: Record<Stage, ErrorCode> = {
  transcriber: 'transcriber_failed',
  generator: 'generator_failed',
  synthesizer: 'synthesizer_failed',
};

/**
 * Who does the work of each stage, as far as the client was told; and tells it what changes.
 *
 * Two witnesses: a request that another provider took over, and the ladder, which knows of the
 * changes between requests. Whatever differs from what was told is told once.
 */
export class ToldProviders implements StageObserver {
  readonly #providers: Providers;
  readonly #tell: (event: StageChange) => void;
  readonly #told: Record<Stage, string>;
  /** Names met so far, best first, where the ladder does not say. */
  readonly #met: Record<Stage, string[]>;
  readonly #unsubscribe: (() => void) | undefined;
  #isClosed = false;

  constructor(providers: Providers, tell: (event: StageChange) => void) {
    this.#providers = providers;
    this.#tell = tell;
    this.#told = currentNames(providers);
    this.#met = { transcriber: [], generator: [], synthesizer: [] };
    for (const stage of STAGES) this.#met[stage].push(this.#told[stage]);
    this.#unsubscribe = providers.ladder?.subscribe((stage) => {
      // The request that saw it happen knows the reason, and says so in the same moment.
      queueMicrotask(() => this.#compare(stage));
    });
  }

  get names(): Readonly<Record<Stage, string>> {
    return { ...this.#told };
  }

  failedOver({ stage, to, reason }: Failover): void {
    const active = activeProvider(this.#providers, stage);
    // One lost request is no reason to say that nobody is left, and a client that is told to listen
    // by itself sends no more audio, so that nobody would ever see that hearing works again. What
    // is left of an answer, though, it is to speak now.
    const isPassing = isRelayProvider(active) && (to === 'none' || stage === 'transcriber');
    if (isRelayProvider(to) || !isPassing) this.#changed(stage, to, reason);
  }

  served(stage: Stage): void {
    this.#compare(stage);
  }

  close(): void {
    this.#isClosed = true;
    this.#unsubscribe?.();
  }

  #compare(stage: Stage): void {
    this.#changed(stage, activeProvider(this.#providers, stage), FAILED[stage]);
  }

  #changed(stage: Stage, to: string, reason: ErrorCode): void {
    const from = this.#told[stage];
    if (to === from || this.#isClosed) return;
    const isWorse = this.#rank(stage, to) > this.#rank(stage, from);
    this.#told[stage] = to;
    this.#tell(
      isWorse
        ? { type: 'session.degraded', stage, from, to, reason }
        : { type: 'session.restored', stage, from, to },
    );
  }

  /** The smaller the better. A name nobody has met takes the place below those met before. */
  #rank(stage: Stage, name: string): number {
    if (name === 'none') return Number.POSITIVE_INFINITY;
    if (name === 'browser') return Number.MAX_SAFE_INTEGER;
    const order = this.#providers.ladder?.order?.(stage);
    const known = order?.indexOf(name) ?? -1;
    if (known >= 0) return known;
    const met = this.#met[stage];
    if (!met.includes(name)) met.push(name);
    return (order?.length ?? 0) + met.indexOf(name);
  }
}

/** Who does the work of each stage now. */
export function currentNames(providers: Providers): Record<Stage, string> {
  return {
    transcriber: activeProvider(providers, 'transcriber'),
    generator: activeProvider(providers, 'generator'),
    synthesizer: activeProvider(providers, 'synthesizer'),
  };
}
