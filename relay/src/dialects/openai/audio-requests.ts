import type { HttpBindings } from '@hono/node-server';
import type { Context } from 'hono';
import { ParleyError, type Stage } from '@parley/shared';
import { OVER } from '../../base/lib/deadline.ts';
import { sleep, type Clock } from '../../base/lib/clock.ts';
import { newId } from '../../base/lib/ids.ts';
import type { Logger } from '../../base/lib/logger.ts';
import type { OpusCodec } from '../../base/lib/opus-codec.ts';
import type { EmitCallEvent } from '../../call/events/call-events.ts';
import type { Admission } from '../../call/session/admission.ts';
import type { CallObservers } from '../../call/events/call-observers.ts';
import type { SpendingDesk } from '../../call/session/session-options.ts';
import {
  languageAmong,
  offeredLanguages,
  type LanguagePolicy,
} from '../../call/stages/languages.ts';
import { BROWSER } from '../../call/stages/provider.ts';
import type { Stages } from '../../call/stages/stages.ts';
import { StageRun } from '../../call/turn/stage-run.ts';
import { NO_BUDGET, type TurnBudget } from '../../call/turn/turn-budget.ts';
import type { TrustedProxies } from '../../http/trusted-proxies.ts';
import type { RequestNames } from '../../http/problem.ts';
import type { Identity } from '../../people/auth/identity.ts';
import type { SignIn } from '../../people/auth/sign-in.ts';
import { ConnectionCounter, type Limiter } from '../../people/limits/limiter.ts';
import type { Plan } from '../../people/limits/plans.ts';
import type { RelaySettings } from '../../people/limits/relay-settings.ts';
import { sessionFields } from '../../watching/logs/session-fields.ts';
import { invalid, RequestFault } from './errors.ts';
import type { SoundReader } from './recording.ts';

/** A recording may take memory of some 80 MB. */
const MAX_AT_ONCE = 8;
/** The longest that a request may take in all: as long as OpenAI's libraries wait. */
const MAX_REQUEST_MS = 600_000;
const RETRY_AFTER_MS = 2_000;
/** So long the requests that run have when the relay stops; they had the grace of its calls before. */
const STOP_MS = 3_000;
const STOP_CHECK_MS = 50;

export interface AudioRequestsOptions {
  readonly signIn: Pick<SignIn, 'identify'>;
  readonly limiter: Pick<Limiter, 'takeTurn'>;
  readonly settings: Pick<RelaySettings, 'policy'>;
  /** @throws ParleyError `plan_excludes` */
  readonly providersOf: (identity: Identity) => Stages;
  readonly observers: CallObservers;
  /** undefined: the relay counts no money. */
  readonly money: { readonly spending: SpendingDesk } | undefined;
  readonly isDraining: () => boolean;
  readonly admission: Pick<Admission, 'isOpen'>;
  /** Of the calls that run. */
  readonly registry: { readonly size: number };
  readonly proxies: Pick<TrustedProxies, 'clientAddress'>;
  readonly config: { readonly providers: LanguagePolicy };
  readonly opus: OpusCodec;
  readonly reader: Pick<SoundReader, 'read'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

export type HttpContext = Context<{ Bindings: HttpBindings }>;

/**
 * Lets requests of one stage in, each as a call of one turn: the same token, plan, budgets,
 * providers and observers, but nothing of it is kept as a conversation.
 */
export class AudioRequests implements AsyncDisposable {
  readonly #options: AudioRequestsOptions;
  readonly #ofUser = new ConnectionCounter();
  #running = 0;

  constructor(options: AudioRequestsOptions) {
    this.#options = options;
  }

  /** @throws ParleyError, RequestFault; then nothing need be given back */
  async begin(c: HttpContext, stage: Exclude<Stage, 'generator'>): Promise<AudioRequest> {
    const { signIn, money, settings, providersOf, limiter, isDraining } = this.#options;
    const identity = await signIn.identify(c.req.header('authorization'));
    if (isDraining()) throw new ParleyError('draining');
    const stages = providersOf(identity);
    if (stages.ladder.order(stage).every((name) => name === BROWSER)) throw noneOf(stage);
    if (!this.#hasRoom) {
      throw new ParleyError('capacity_exhausted', { retryAfterMs: RETRY_AFTER_MS });
    }
    const { concurrentSessions } = settings.policy.planOf(identity.plan);
    const leave = this.#ofUser.open(identity.userId, concurrentSessions);
    if (leave === undefined) {
      const detail = `${concurrentSessions} at a time are allowed.`;
      throw new ParleyError('rate_limited', { detail, retryAfterMs: RETRY_AFTER_MS });
    }
    this.#running += 1;
    try {
      await money?.spending.admit(identity);
      if (!limiter.takeTurn(identity)) {
        throw new ParleyError('rate_limited', { retryAfterMs: RETRY_AFTER_MS });
      }
      return new AudioRequest(c, { ...this.#options, identity, stages, stage }, () => {
        this.#running -= 1;
        leave();
      });
    } catch (error) {
      this.#running -= 1;
      leave();
      throw error;
    }
  }

  /** The relay stops: most answers are whole within a moment. */
  async [Symbol.asyncDispose](): Promise<void> {
    const { clock } = this.#options;
    const { signal } = new AbortController();
    for (let leftMs = STOP_MS; leftMs > 0 && this.#running > 0; leftMs -= STOP_CHECK_MS) {
      // oxlint-disable-next-line no-await-in-loop -- until it is so
      await sleep(clock, STOP_CHECK_MS, signal);
    }
  }

  get #hasRoom(): boolean {
    const { admission, registry } = this.#options;
    // Without calls there are none to protect.
    return this.#running < MAX_AT_ONCE && (admission.isOpen || registry.size === 0);
  }
}

interface Admitted extends AudioRequestsOptions {
  readonly identity: Identity;
  readonly stages: Stages;
  readonly stage: Exclude<Stage, 'generator'>;
}

/** One request that was let in; to be disposed of when its answer has ended. */
export class AudioRequest implements Disposable {
  readonly sessionId = newId('sess');
  readonly stages: Stages;
  /** Of the caller. */
  readonly plan: Plan;
  readonly caller: string;
  readonly budget: TurnBudget & Partial<Disposable>;
  readonly emit: EmitCallEvent;
  readonly opus: OpusCodec;
  readonly reader: AudioRequestsOptions['reader'];
  readonly clock: Clock;
  readonly logger: Logger;
  /** Aborted when the client has gone, or the request takes too long. */
  readonly signal: AbortSignal;
  readonly #admitted: Admitted;
  readonly #beganAtMs: number;
  readonly #over = new AbortController();
  readonly #cancelDeadline: () => void;
  readonly #onOver: () => void;
  #isOver = false;

  constructor(c: HttpContext, admitted: Admitted, onOver: () => void) {
    const { identity, stages, stage, observers, money, proxies, clock, logger } = admitted;
    const { requestId } = c.var as unknown as RequestNames;
    const { userId } = identity;
    const { incoming } = c.env;
    this.#admitted = admitted;
    this.#onOver = onOver;
    this.stages = stages;
    this.caller = userId;
    this.plan = admitted.settings.policy.planOf(identity.plan);
    this.emit = observers.emitterOf(this.sessionId, userId);
    this.opus = admitted.opus;
    this.reader = admitted.reader;
    this.clock = clock;
    this.logger = logger.child({
      ...sessionFields({ sessionId: this.sessionId, userId }),
      ...{ requestId, stage },
    });
    this.#beganAtMs = clock.now();
    this.signal = AbortSignal.any([c.req.raw.signal, this.#over.signal]);
    const late = new ParleyError(`${stage}_timeout`);
    this.#cancelDeadline = clock.after(MAX_REQUEST_MS, () => this.#over.abort(late));
    const address = proxies.clientAddress(incoming);
    this.budget = money?.spending.prepare(this.sessionId, identity, address) ?? NO_BUDGET;
    // A long recording is silence on the connection, which would end it.
    if (stage === 'transcriber') incoming.socket.setTimeout(MAX_REQUEST_MS);
  }

  /** What the request is about, e.g. an utterance, for the stage. */
  run(turnId: string, language: string): StageRun {
    const { stages, caller, emit, logger } = this;
    const { stage } = this.#admitted;
    const active = () => stages[stage].active(language);
    return new StageRun({ stage, turnId, caller, active, emit, logger });
  }

  /**
   * @param tag - BCP 47, or the name's code alone; undefined: the relay's
   * @throws RequestFault if the relay does not speak it
   */
  language(tag: string | undefined): string {
    const { stages, config } = this.#admitted;
    const offered = offeredLanguages(stages.languages, config.providers);
    const language = tag === undefined ? offered[0] : languageAmong(offered, tag);
    if (language === undefined) {
      throw invalid('language', `This relay knows ${offered.join(', ')}.`);
    }
    return language;
  }

  /** Logs what came of it. @param fields - without words */
  done(fields: object, message: string): void {
    const tookMs = Math.round(this.clock.now() - this.#beganAtMs);
    this.logger.info({ ...fields, tookMs }, message);
  }

  [Symbol.dispose](): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#cancelDeadline();
    this.#over.abort(OVER);
    this.budget[Symbol.dispose]?.();
    this.#onOver();
  }
}

function noneOf(stage: 'transcriber' | 'synthesizer'): RequestFault {
  const what = stage === 'transcriber' ? 'recogniser' : 'voice';
  const message = `This relay has no ${what} of its own: its page uses the browser's. Set up a vendor, or add "embedded" to ${stage.toUpperCase()}S.`;
  return new RequestFault(404, 'model_not_found', message, 'model');
}
