import { createStore, type StoreApi } from 'zustand/vanilla';
import { CLOSE_REASONS, type CloseReason } from '@parley/shared/close-codes';
import type { Assistant } from '../engine/call-tools.ts';
import type { MediaEngine } from '../engine/media-engine.ts';
import type { AccountController } from '../account/account-controller.ts';
import type { MediaNotice } from '../messages/media-messages.ts';
import {
  SILENCE,
  type Levels,
  MisconfiguredError,
  NOT_KEPT,
  NOT_SIGNED_IN,
  NOT_TOLD,
  whyNotStarted,
} from './call-facts.ts';
import type { CallParts, CallStart } from './call-parts.ts';
import {
  callStateAfter,
  INITIAL_CALL_STATE,
  type CallAction,
  type CallState,
} from './call-state.ts';
import type { CallEvents } from './call-events.ts';
import { applyToEngine, checkChosenSound, startChosen } from './settings-in-call.ts';
import { createDebugRecorder } from './debug-recorder.ts';
import { HungUpCall } from './hung-up-call.ts';
import { lostConversationOf } from './earlier-conversation.ts';
import { RelayInquiry } from './relay-inquiry.ts';
import type { ProviderNames } from './provider-names.ts';
import type { RelayAddress } from '../settings/relay-address.ts';
import { readKeptSettings, writeSettings, type Settings } from '../settings/settings.ts';
import type { CheckEvent } from '../engine/sound-check/sound-check-events.ts';

/** Everything a person can do in a call, and what there is to show of it; lives until `destroy`. */
export class Call {
  readonly account: AccountController;
  readonly state = createStore<CallState>(() => INITIAL_CALL_STATE);
  readonly settings: StoreApi<Settings>;
  readonly providers = createStore<ProviderNames | null>(() => null);
  readonly levels = createStore<Levels>(() => SILENCE);
  readonly debug = createDebugRecorder();
  readonly #options: CallParts;
  readonly #engine: MediaEngine;
  readonly #hungUp = new HungUpCall();
  /** Which call an answer belongs to: an answer to an earlier call is dropped. */
  #generation = 0;
  /** What the last call began with. */
  #begun: CallStart = {};
  /** Typed before there was a session to send it in. */
  #waitingTexts: { readonly itemId: string; readonly text: string }[] = [];
  readonly #inquiry: RelayInquiry;
  readonly #destroyed = new AbortController();

  constructor(options: CallParts) {
    const { engine, account, storage, relay } = options;
    this.#options = options;
    this.#engine = engine;
    this.account = account;
    this.settings = createStore<Settings>(() => readKeptSettings(storage));
    engine.subscribe((notice) => this.#onNotice(notice));
    this.#inquiry = new RelayInquiry({
      relay,
      fetchProviders: options.fetchProviders,
      onAnswer: (names) => this.#onAnswer(names),
    });
    this.state.subscribe(({ standing }) => {
      if (standing.kind !== 'running') account.rest();
    });
    void relay.then((address) => {
      if (address.kind === 'misconfigured')
        this.#onNotStarted(new MisconfiguredError(address.message));
    });
    account.store.subscribe((now, before) => {
      if (before.account === null || now.account?.token === before.account.token) return;
      if (now.account === null) this.#clear();
      else if (this.#isRunning) engine.setToken(now.account.token);
    });
  }

  /** Never rejects. */
  get relay(): Promise<RelayAddress> {
    return this.#options.relay;
  }

  /**
   * Reports what happens in the call from now on, by name. Its code is loaded first, of which the
   * page that only reads the stores has no need.
   *
   * @returns what ends the subscription
   */
  on<Name extends keyof CallEvents>(
    name: Name,
    listener: (event: CallEvents[Name]) => void,
  ): () => void {
    const ended = new AbortController();
    const since = this.state.getState();
    void import('./call-events.ts').then(({ onCallEvent }) =>
      onCallEvent(this, { name, listener, since, signal: ended.signal }),
    );
    return () => ended.abort();
  }

  /** All that the call's parts report, as it happens. @returns what ends the subscription */
  subscribe(listener: (notice: MediaNotice) => void): () => void {
    return this.#engine.subscribe(listener);
  }

  /**
   * Must be called from within a person's gesture.
   *
   * @param start.earlier - the conversation that the call continues; a running call gives way to it
   */
  async start({ microphone = true, earlier = null }: CallStart = {}): Promise<void> {
    if (this.#destroyed.signal.aborted) return;
    if (this.#isRunning && earlier === null) return;
    const again = () => void this.start({ microphone, earlier });
    if (this.account.asksFirst(again)) return;
    if (this.#isRunning) void this.hangUp();
    this.#generation += 1;
    this.#begun = { microphone, earlier };
    const mine = this.#generation;
    const dividerId = this.#options.newId();
    this.#dispatch({ type: 'call-started', microphone, dividerId, earlier });
    try {
      // The call before this one may still be letting go of the microphone.
      const [relay] = await Promise.all([this.#options.relay, this.#hungUp.stopped]);
      if (mine !== this.#generation) return;
      if (relay.kind === 'misconfigured') throw new MisconfiguredError(relay.message);
      const credentials = await this.account.credentials(relay.origin);
      if (mine !== this.#generation) return;
      if (credentials === null) {
        this.#over(NOT_SIGNED_IN);
        return void this.account.asksFirst(again);
      }
      const chosen = this.settings.getState();
      this.#dispatch({ type: 'holds', holds: chosen.talkBy === 'hold' });
      const result = await startChosen(this.#engine, chosen, {
        relay: relay.origin,
        credentials,
        conversationId: earlier?.id,
        microphone,
      });
      if (mine === this.#generation && microphone)
        this.#dispatch({ type: 'microphone-answered', result });
    } catch (error) {
      if (mine === this.#generation) this.#onNotStarted(error);
    }
  }

  /** Calls again; continues the call that was lost, if the relay keeps its conversation. */
  callAgain(): Promise<void> {
    return this.start({ earlier: lostConversationOf(this.state.getState()) });
  }

  async hangUp(): Promise<void> {
    if (!this.#isRunning) return;
    this.#generation += 1;
    this.#waitingTexts = [];
    this.#over(CLOSE_REASONS.normal);
    this.levels.setState(SILENCE, true);
    this.#hungUp.stop(this.#engine);
    await this.#hungUp.stopped;
  }

  /**
   * Ends the call, if there is one, and lets go of all that this object holds: microphone, worker,
   * sound, sockets, timers, subscriptions. All its commands do nothing from then on.
   */
  async destroy(): Promise<void> {
    const ended = this.hangUp();
    this.#destroyed.abort();
    this.#inquiry.end();
    await Promise.all([ended, this.#hungUp.stopped]);
    this.#engine.end();
  }

  async requestMicrophone(): Promise<void> {
    const mine = this.#generation;
    this.#dispatch({ type: 'microphone-asked' });
    const { microphoneId } = this.settings.getState();
    const result = await this.#engine
      .requestMicrophone(microphoneId ?? undefined)
      .catch(() => ({ ok: false, refusal: 'failed' }) as const);
    if (mine === this.#generation && this.#isRunning)
      this.#dispatch({ type: 'microphone-answered', result });
  }

  /** Begins a typed call if there is none. */
  sendText(text: string): void {
    const trimmed = text.trim();
    if (trimmed === '' || this.#destroyed.signal.aborted) return;
    if (!this.#isRunning) {
      if (this.account.asksFirst(() => this.sendText(trimmed))) return;
      void this.start({ microphone: false });
    }
    const itemId = this.#options.newId();
    this.#dispatch({ type: 'text-sent', itemId, text: trimmed });
    if (this.state.getState().session === null) this.#waitingTexts.push({ itemId, text: trimmed });
    else this.#engine.sendText(itemId, trimmed);
  }

  retryNow(): void {
    this.#engine.retryNow();
  }

  /** Asks the relay for what there is to know before a call; until it answers, again and again. */
  async reach(): Promise<void> {
    if (this.#destroyed.signal.aborted) return;
    void this.account.learn();
    await this.#inquiry.ask();
  }

  loadDetector(): void {
    this.#engine.preload();
  }

  setMuted(muted: boolean): void {
    if (!this.#isRunning) return;
    this.#engine.setMuted(muted);
    this.#dispatch({ type: 'muted', muted });
  }

  holdToTalk(held: boolean): void {
    if ((held && !this.#isRunning) || this.state.getState().held === held) return;
    this.#engine.holdToTalk(held);
    this.#dispatch({ type: 'held', held });
  }

  /** What the person is saying is complete: it is answered without a wait for more. */
  finishTurn(): void {
    if (this.#isRunning) this.#engine.holdToTalk(false);
  }

  interrupt(): void {
    if (this.#isRunning) this.#engine.cancelResponse();
  }

  /** Only with the person's consent; `false` ends it. */
  setRecording(recording: boolean): void {
    if (this.#isRunning) this.#engine.setRecording(recording);
  }

  /** Ends the person's calls on all devices, and leaves nothing of them on this one. */
  async signOut(): Promise<void> {
    if (this.#destroyed.signal.aborted) return;
    if (!(await this.account.signOut())) this.#dispatch({ type: 'complained', ...NOT_TOLD });
  }

  /** All that the relay kept of the person was deleted: nothing of it may stay here. */
  async forget(): Promise<void> {
    if (this.#destroyed.signal.aborted) return;
    const isGuest = this.account.store.getState().account === null;
    await (isGuest ? this.account.forgetGuest() : this.account.signOut());
    this.#clear();
  }

  dismissError(): void {
    this.#dispatch({ type: 'error-dismissed' });
  }

  changeSettings(change: Partial<Settings>): void {
    if (this.#destroyed.signal.aborted) return;
    this.settings.setState(change);
    writeSettings(this.#options.storage, this.settings.getState());
    applyToEngine(this.#engine, change, this.#isRunning);
    if (!this.#isRunning) return;
    if (change.talkBy !== undefined)
      this.#dispatch({ type: 'holds', holds: change.talkBy === 'hold' });
    const isOpen = this.state.getState().microphone.kind === 'granted';
    if (change.microphoneId !== undefined && isOpen) void this.requestMicrophone();
  }

  /**
   * Tells the relay's language model more, and offers it functions: now and in later calls. What is
   * left out stays as it is. Functions that differ in nothing but `run` cost nothing.
   */
  setAssistant(assistant: Assistant): void {
    if (!this.#destroyed.signal.aborted) this.#engine.setAssistant(assistant);
  }

  setDebug(enabled: boolean, panel?: MessagePort): void {
    this.#engine.setDebug(enabled, panel);
  }

  /** Tries out what a call needs, with the devices that were chosen. From within a gesture. */
  checkSound(signal: AbortSignal): AsyncGenerator<CheckEvent, void, undefined> {
    const until = AbortSignal.any([signal, this.#destroyed.signal]);
    return checkChosenSound(this.#engine, this.settings.getState(), this.#options.relay, until);
  }

  get #isRunning(): boolean {
    return this.state.getState().standing.kind === 'running';
  }

  #onAnswer(names: ProviderNames | null | undefined): void {
    if (names && this.providers.getState() === null) this.providers.setState(names, true);
    const isThere = names !== undefined;
    if (isThere) void this.account.learn();
    const atMs = this.#options.nowMs();
    if (!this.#isRunning) this.#dispatch({ type: 'relay-asked', isThere, atMs });
    else if (isThere && this.state.getState().outage !== null) this.#engine.retryNow();
  }

  #dispatch(action: CallAction): void {
    if (this.#destroyed.signal.aborted) return;
    this.state.setState((state) => callStateAfter(state, action), true);
  }

  #over(reason: CloseReason): void {
    this.#dispatch({ type: 'call-ended', reason, atMs: this.#options.nowMs() });
    if (this.state.getState().outage !== null) void this.reach();
  }

  #onNotice(notice: MediaNotice): void {
    if (this.#hungUp.takes(notice) || this.debug.notice(notice, this.state.getState())) return;
    switch (notice.type) {
      case 'levels':
        return this.levels.setState(notice, true);
      case 'signed-in':
        return this.account.keepGuest(notice);
      case 'closed':
        this.#waitingTexts = [];
        this.levels.setState(SILENCE, true);
        if (notice.reason.reason === 'not_found' && this.#begun.earlier) return this.#startAnew();
        break;
      default:
    }
    this.#dispatch({ type: 'notice', notice, atMs: this.#options.nowMs() });
    if (notice.type === 'session' && this.#isRunning) this.#onSession(notice.session.providers);
    if (notice.type === 'closed') void this.#onRefused(notice.reason.reason);
  }

  #onSession(providers: ProviderNames): void {
    this.providers.setState(providers, true);
    for (const { itemId, text } of this.#waitingTexts.splice(0))
      this.#engine.sendText(itemId, text);
  }

  /** The conversation to continue is not kept any more: the call goes on without, and says so. */
  #startAnew(): void {
    this.#over(CLOSE_REASONS.sessionGone);
    void this.start();
    this.#dispatch({ type: 'complained', ...NOT_KEPT });
  }

  #onNotStarted(error: unknown): void {
    const { reason, error: said } = whyNotStarted(error);
    this.#waitingTexts = [];
    if (said !== undefined) this.#dispatch({ type: 'complained', ...said });
    this.#over(reason);
  }

  async #onRefused(reason: string): Promise<void> {
    const isAsked = await this.account.refused(reason, () => void this.start(this.#begun));
    // The question to the person says the same in other words.
    if (isAsked) this.dismissError();
  }

  #clear(): void {
    void this.hangUp();
    this.#dispatch({ type: 'forgotten' });
    this.debug.clear();
  }
}
