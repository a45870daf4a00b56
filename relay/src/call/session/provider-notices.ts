import { STAGES, type ErrorCode, type Stage } from '@parley/shared';
import { aheadOfNeed } from '../../base/lib/error-boundary.ts';
import { BROWSER, isRelayProvider, NO_PROVIDER } from '../stages/provider.ts';
import type { Stages } from '../stages/stages.ts';
import type { CallEventBody } from '../events/call-events.ts';
import type { ConversationSettings } from '../turn/conversation-options.ts';
import type { SessionContext, SessionOptions } from './session-options.ts';

export type StageChange = Extract<CallEventBody, { readonly type: 'stage-changed' }>;

/** Has the providers open what a call will need. @returns what ends it when the call is over */
export function prepareProviders(
  { providers }: SessionContext,
  { trace, settings }: SessionOptions,
): readonly (() => void)[] {
  return aheadOfNeed(trace?.work.ahead, () =>
    STAGES.flatMap((stage) => providers[stage].prepare(settings.language) ?? []),
  );
}

/**
 * Which provider does the work of each stage, as the client knows it, and notice of each change.
 *
 * Two sources: the call's own events, which report a failover with its reason and requests that
 * were served, and the ladder, which knows of changes between requests.
 */
export class ProviderNotices {
  readonly #providers: Stages;
  readonly #settings: Pick<ConversationSettings, 'language'>;
  readonly #onChange: (change: StageChange) => void;
  readonly #unsubscribe: () => void;
  #known: Record<Stage, string>;
  /** Of what is known, BCP 47. */
  #language: string;
  #isClosed = false;

  /** @param settings - the call's: only providers that know its language count */
  constructor(
    providers: Stages,
    settings: Pick<ConversationSettings, 'language'>,
    onChange: (change: StageChange) => void,
  ) {
    this.#providers = providers;
    this.#settings = settings;
    this.#onChange = onChange;
    this.#language = settings.language;
    this.#known = activeProviders(providers, settings.language);
    const changed = (stage: Stage): void => {
      // The request that met the failure knows the reason, and reports it in the same moment.
      queueMicrotask(() => this.#changed(stage, this.#active(stage), `${stage}_failed`));
    };
    this.#unsubscribe = providers.ladder.subscribe(changed, () => settings.language);
  }

  /** Another language may have other providers: the client is informed of both at once. */
  get names(): Readonly<Record<Stage, string>> {
    const { language } = this.#settings;
    if (language !== this.#language) this.#known = activeProviders(this.#providers, language);
    this.#language = language;
    return { ...this.#known };
  }

  /** @param event - of this call */
  observe(event: CallEventBody): void {
    if (event.type === 'provider-failed-over') {
      this.#failedOver(event.stage, event.to, event.reason);
    } else if (event.type === 'utterance-final') {
      this.#served('transcriber', event.provider);
    } else if (event.type === 'reply-done') {
      this.#served('generator', event.providers.generator);
      this.#served('synthesizer', event.providers.synthesizer);
    }
  }

  close(): void {
    this.#isClosed = true;
    this.#unsubscribe();
  }

  #failedOver(stage: Stage, to: string, reason: ErrorCode): void {
    // One lost request does not mean that no provider is left, and a client that must listen by
    // itself sends no more audio, which could show that recognition works again. The rest of an
    // answer, though, the client is to speak now.
    const isPassing =
      isRelayProvider(this.#active(stage)) && (to === 'none' || stage === 'transcriber');
    if (isRelayProvider(to) || !isPassing) this.#changed(stage, to, reason);
  }

  /** A stand-in that served one request says nothing of the next, which the active one gets. */
  #served(stage: Stage, provider: string | undefined): void {
    if (provider === this.#active(stage)) this.#changed(stage, provider, `${stage}_failed`);
  }

  #active(stage: Stage): string {
    return this.#providers.ladder.active(stage, this.#settings.language);
  }

  #changed(stage: Stage, to: string, reason: ErrorCode): void {
    const from = this.#known[stage];
    if (to === from || this.#isClosed) return;
    const isWorse = this.#rank(stage, to) > this.#rank(stage, from);
    this.#known[stage] = to;
    this.#onChange({ type: 'stage-changed', stage, from, to, reason: isWorse ? reason : null });
  }

  /** The smaller the better. A name that the ladder does not have comes after those it has. */
  #rank(stage: Stage, name: string): number {
    if (name === NO_PROVIDER) return Number.POSITIVE_INFINITY;
    if (name === BROWSER) return Number.MAX_SAFE_INTEGER;
    const order = this.#providers.ladder.order(stage);
    return order.includes(name) ? order.indexOf(name) : order.length;
  }
}

/** Which provider does the work of each stage now. @param language - BCP 47; undefined: any */
export function activeProviders({ ladder }: Stages, language?: string): Record<Stage, string> {
  return {
    transcriber: ladder.active('transcriber', language),
    generator: ladder.active('generator', language),
    synthesizer: ladder.active('synthesizer', language),
  };
}

/** The notice of the change for a client. */
export function providerNotice({ stage, from, to, reason }: StageChange) {
  return reason === null
    ? ({ type: 'session.restored', stage, from, to } as const)
    : ({ type: 'session.degraded', stage, from, to, reason } as const);
}
