import { ParleyError, type Usage } from '@parley/shared';
import { isLoopback, subscriberOf } from '../../base/lib/network-address.ts';
import { GUEST_ID_PREFIX, GUEST_PLAN, type Identity } from '../auth/identity.ts';
import { newId } from '../../base/lib/ids.ts';
import type { Budgets, Payer, ReservationOutcome } from '../metering/budgets.ts';
import type { BudgetScope } from '../metering/caps.ts';
import type { LedgerEntry, LedgerSink } from '../metering/ledger.ts';
import type { PriceList } from '../metering/price-list.ts';
import type { TurnEstimate } from '../metering/turn-estimate.ts';
import type { SessionSpending, SpendingDesk, Spent } from '../../call/session/session-options.ts';
import type { ProviderUse } from '../../call/stages/provider.ts';
import type { CallEvent, CallEventOf } from '../../call/events/call-events.ts';
import type { CallObserver } from '../../call/events/call-observers.ts';
import { SUMMARY_TURN } from '../../call/turn/remembering/history-summary.ts';
import type { TurnBudget } from '../../call/turn/turn-budget.ts';
import { GOODBYE_SENTENCE } from '../../call/turn/replying/phrases.ts';

/** The payer of the relay's own use. */
const RELAY: Pick<LedgerEntry, 'userId' | 'plan'> = { userId: 'relay', plan: 'relay' };
const MICRO_PER_USD = 1_000_000;
/** Reserved of an utterance that goes on, beyond what was sent of it. */
const MORE_AUDIO_MS = 2_000;
const LEAST_MORE_AUDIO_MS = 1_000;
/** When a caller may ask again who was refused because of what is only reserved. */
const RETRY_AFTER_MS = 10_000;

export interface SpendingOptions {
  readonly prices: PriceList;
  readonly budgets: Budgets;
  readonly estimate: TurnEstimate;
  readonly ledger: LedgerSink;
  /** ms since 1970. */
  readonly wallMs: () => number;
}

/**
 * The money of all calls: the use of providers becomes entries of the ledger and is counted against
 * the budgets, as the call events report it.
 */
export class Spending implements CallObserver, SpendingDesk {
  readonly name = 'spending';
  readonly #options: SpendingOptions;
  readonly #sessions = new Map<string, OpenSession>();

  constructor(options: SpendingOptions) {
    this.#options = options;
  }

  admit(identity: Identity): void | Promise<void> {
    const { budgets, estimate } = this.#options;
    if (estimate.isFree) return undefined;
    return budgets.refresh(identity)?.then(() => this.#admit(identity)) ?? this.#admit(identity);
  }

  #admit(identity: Identity): void {
    const { budgets, wallMs } = this.#options;
    if (!budgets.isShortFor(identity)) return;
    // The calls that run may still leave something of what is kept for their last words.
    if (budgets.exhausted(identity) === undefined) {
      throw new ParleyError('capacity_exhausted', { retryAfterMs: RETRY_AFTER_MS });
    }
    // The day's budgets: that of a session is its own.
    const retryAfterMs = budgets.left(identity).dayEndsAtMs - wallMs();
    throw new ParleyError('budget_exhausted', { retryAfterMs });
  }

  /** A session begins; it ends with its event `session-ended`. */
  open(sessionId: string, identity: Identity, address: string, spent?: Spent): SessionSpending {
    const goodbye = this.#options.estimate.speech(GOODBYE_SENTENCE.length);
    return this.#open(sessionId, identity, address, goodbye, spent);
  }

  prepare(sessionId: string, identity: Identity, address: string): TurnBudget & Disposable {
    const { budgets } = this.#options;
    // The goodbye is kept when the session is opened.
    const session = this.#open(sessionId, identity, address, 0);
    return Object.assign(session, {
      [Symbol.dispose]: () => {
        if (this.#sessions.get(sessionId) !== session) return;
        budgets.close(sessionId);
        this.#sessions.delete(sessionId);
      },
    });
  }

  #open(
    sessionId: string,
    { userId, kind, plan }: Identity,
    address: string,
    goodbye: number,
    spent?: Spent,
  ): OpenSession {
    const { budgets, estimate } = this.#options;
    // The programs of this machine, or all people behind a proxy on it, have one address.
    const from = isLoopback(address) ? undefined : subscriberOf(address);
    const payer = { userId, kind, plan, address: from };
    budgets.open(sessionId, payer, goodbye, spent?.microUsd);
    const session = new OpenSession(sessionId, payer, budgets, estimate, spent?.usage);
    this.#sessions.set(sessionId, session);
    return session;
  }

  observe(event: CallEvent): void {
    const { budgets } = this.#options;
    switch (event.type) {
      case 'provider-used':
        this.#used(event);
        break;
      case 'utterance-final':
      case 'utterance-failed':
      case 'utterance-discarded':
        budgets.settle(event.sessionId, event.turnId, 'transcriber');
        break;
      case 'clause-heard':
        this.#sessions.get(event.sessionId)?.heard(event.turnId, event.speech.text.length);
        break;
      case 'turn-ended':
        this.#sessions.get(event.sessionId)?.settle(event.turnId);
        break;
      case 'session-ended':
        budgets.close(event.sessionId);
        this.#sessions.delete(event.sessionId);
        break;
      default:
        break;
    }
  }

  /** The relay has used a provider for no call. */
  usedByRelay(use: ProviderUse): void {
    const { budgets, ledger, wallMs } = this.#options;
    const entry = this.#entry(use, { ...RELAY, atMs: wallMs(), sessionId: null, turnId: null });
    ledger.append(entry);
    budgets.usedByRelay(entry.microUsd);
  }

  #used(event: CallEventOf<'provider-used'>): void {
    const { budgets, ledger } = this.#options;
    const { sessionId, userId, atMs, turnId = null, purpose } = event;
    const session = this.#sessions.get(sessionId);
    const payer = session?.payer ?? payerOf(userId);
    const entry = this.#entry(event, { userId, plan: payer.plan, sessionId, turnId, atMs });
    const reservation = purpose === 'summary' ? SUMMARY_TURN : turnId;
    budgets.used(sessionId, reservation, event.stage, payer, entry.microUsd);
    session?.totals.add(entry);
    ledger.append(entry);
  }

  #entry(
    { stage, provider, model, purpose, units, isEstimated }: ProviderUse,
    whose: Pick<LedgerEntry, 'userId' | 'plan' | 'sessionId' | 'turnId' | 'atMs'>,
  ): LedgerEntry {
    const priced = this.#options.prices.cost(stage, provider, model, units);
    const id = newId('use');
    return { id, ...whose, stage, provider, model, purpose, units, ...priced, isEstimated };
  }
}

/** The payer for a session that is over: its use is reported late. */
function payerOf(userId: string): Payer {
  const isGuest = userId.startsWith(`${GUEST_ID_PREFIX}_`);
  return isGuest
    ? { userId, kind: 'guest', plan: GUEST_PLAN }
    : { userId, kind: 'account', plan: 'default' };
}

/** The money of one call. */
class OpenSession implements SessionSpending {
  readonly payer: Payer;
  readonly totals: SessionTotals;
  readonly #id: string;
  readonly #budgets: Budgets;
  readonly #estimate: TurnEstimate;
  readonly #warned = new Set<BudgetScope>();
  /** The utterance that goes on, and how much of it is reserved. */
  #hearing = { turnId: '', untilMs: 0 };
  /** Characters, of answers that are being spoken. */
  readonly #spoken = new Map<string, number>();

  constructor(id: string, payer: Payer, budgets: Budgets, estimate: TurnEstimate, usage?: Usage) {
    this.#id = id;
    this.totals = new SessionTotals(usage);
    this.payer = payer;
    this.#budgets = budgets;
    this.#estimate = estimate;
  }

  isExhausted(turnId?: string): boolean {
    return !this.#estimate.isFree && this.#budgets.exhaustedIn(this.#id, turnId) !== undefined;
  }

  hearing(turnId: string, audioMs: number): void {
    const { turnId: before, untilMs } = this.#hearing;
    // Speech comes ten times a second.
    if (turnId === before && audioMs + LEAST_MORE_AUDIO_MS < untilMs) return;
    this.#hearing = { turnId, untilMs: audioMs + MORE_AUDIO_MS };
    const transcriber = this.#estimate.hearing(this.#hearing.untilMs);
    this.#budgets.hold(this.#id, turnId, { transcriber });
  }

  reserve(turnId: string, historyTokens: number, isSpoken: boolean): ReservationOutcome {
    const { generator, synthesizer } = this.#estimate.answer(historyTokens);
    const wanted = { generator, ...(isSpoken && { synthesizer }) };
    if (isSpoken) this.#spoken.set(turnId, this.#spoken.get(turnId) ?? 0);
    return this.#budgets.reserve(this.#id, turnId, wanted);
  }

  /** More of an answer was spoken. */
  heard(turnId: string, characters: number): void {
    const before = this.#spoken.get(turnId);
    if (before === undefined) return;
    const spoken = before + characters;
    this.#spoken.set(turnId, spoken);
    const { synthesizer } = this.#estimate.answer(0, spoken);
    this.#budgets.hold(this.#id, turnId, { synthesizer });
  }

  settle(turnId: string): void {
    this.#spoken.delete(turnId);
    this.#budgets.settle(this.#id, turnId);
  }

  payGoodbye(turnId: string): void {
    this.#budgets.payGoodbye(this.#id, turnId);
  }

  get spent() {
    const { spentMicroUsd: microUsd } = this.#budgets.session(this.#id);
    return { microUsd, usage: this.totals.usage };
  }

  statement() {
    const { spentMicroUsd, capMicroUsd } = this.#budgets.session(this.#id);
    return {
      usage: this.totals.usage,
      cost_usd: spentMicroUsd / MICRO_PER_USD,
      budget_usd: Number.isFinite(capMicroUsd) ? capMicroUsd / MICRO_PER_USD : null,
      is_warning: this.#budgets.warningsIn(this.#id).length > 0,
    };
  }

  takeWarnings(): readonly BudgetScope[] {
    const fresh = this.#budgets.warningsIn(this.#id).filter((scope) => !this.#warned.has(scope));
    for (const scope of fresh) this.#warned.add(scope);
    return fresh;
  }
}

/** What one session has used so far, over all providers and attempts. */
class SessionTotals {
  #audioMs: number;
  #inputTokens: number;
  #outputTokens: number;
  #characters: number;
  #isEstimated: boolean;

  /** @param before - what the same session used in another relay */
  constructor(before?: Usage) {
    this.#audioMs = (before?.asr_seconds ?? 0) * 1_000;
    this.#inputTokens = before?.llm_input_tokens ?? 0;
    this.#outputTokens = before?.llm_output_tokens ?? 0;
    this.#characters = before?.tts_characters ?? 0;
    this.#isEstimated = before?.llm_tokens_estimated ?? false;
  }

  add({ stage, units, isEstimated }: Pick<LedgerEntry, 'stage' | 'units' | 'isEstimated'>): void {
    switch (stage) {
      case 'transcriber':
        this.#audioMs += units.audioMs ?? 0;
        break;
      case 'generator':
        this.#inputTokens += units.inputTokens ?? 0;
        this.#outputTokens += units.outputTokens ?? 0;
        this.#isEstimated ||= isEstimated;
        break;
      case 'synthesizer':
        this.#characters += units.characters ?? 0;
    }
  }

  get usage(): Usage {
    return {
      asr_seconds: this.#audioMs / 1_000,
      llm_input_tokens: this.#inputTokens,
      llm_output_tokens: this.#outputTokens,
      tts_characters: this.#characters,
      ...(this.#isEstimated && { llm_tokens_estimated: true }),
    };
  }
}
