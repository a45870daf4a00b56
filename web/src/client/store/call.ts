import { createStore, type StoreApi } from 'zustand/vanilla';
import { CLOSE_REASONS, type CloseReason } from '@parley/shared/close-codes';
import type { CallOptions, MediaEngine } from '../engine/media-engine.ts';
import type { AccountController } from '../account/account-controller.ts';
import type { MediaNotice } from '../messages/media-messages.ts';
import {
  type ContinuedConversation,
  SILENCE,
  type Levels,
  FAILED_TO_START,
  MISCONFIGURED,
  NOT_KEPT,
  NOT_SIGNED_IN,
  NOT_TOLD,
  SIGN_IN_UNREACHABLE,
} from './call-facts.ts';
import {
  callStateAfter,
  INITIAL_CALL_STATE,
  type CallAction,
  type CallState,
} from './call-state.ts';
import { applyToEngine, checkChosenSound } from './settings-in-call.ts';
import { SignInError } from '../account/account-issuer.ts';
import { createDebugRecorder } from './debug-recorder.ts';
import { HungUpCall } from './hung-up-call.ts';
import { lostConversationOf } from './earlier-conversation.ts';
import type { ProviderNames } from './provider-names.ts';
import type { RelayAddress } from '../settings/relay-address.ts';
import {
  readKeptSettings,
  writeSettings,
  type KeyValueStore,
  type Settings,
} from '../settings/settings.ts';
import type { CheckEvent } from '../engine/sound-check/sound-check-events.ts';

export interface CallParts {
  readonly engine: MediaEngine;
  readonly account: AccountController;
  /** null if the browser refuses storage. */
  readonly storage: KeyValueStore | null;
  readonly nowMs: () => number;
  readonly newId: () => string;
  /** Never rejects. */
  readonly relay: Promise<RelayAddress>;
  readonly fetchProviders: (relay: string) => Promise<ProviderNames | null | undefined>;
}

interface CallStart {
  /** false: a typed call. */
  readonly microphone?: boolean;
  readonly earlier?: ContinuedConversation | null;
}

/** Before a relay that did not answer is asked again; at random, so that not all pages ask at once. */
const MAX_WAIT_MS = 8_000;

/** Everything a person can do in a call, and what there is to show of it; lives as long as the page. */
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
  /** The end of the call before. */
  #stopping: Promise<unknown> = Promise.resolve();
  /** The call continues an earlier conversation, which the relay may not keep any more. */
  #goesBack = false;
  /** Typed before there was a session to send it in. */
  #waitingTexts: { readonly itemId: string; readonly text: string }[] = [];
  #nextReach: ReturnType<typeof setTimeout> | undefined;

  constructor(options: CallParts) {
    const { engine, account, storage, relay } = options;
    this.#options = options;
    this.#engine = engine;
    this.account = account;
    this.settings = createStore<Settings>(() => readKeptSettings(storage));
    engine.subscribe((notice) => this.#onNotice(notice));
    void relay.then((address) => {
      if (address.kind === 'misconfigured') this.#onMisconfigured(address.message);
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

  /** All that happens in the call, as it happens. @returns what ends the subscription */
  subscribe(listener: (notice: MediaNotice) => void): () => void {
    return this.#engine.subscribe(listener);
  }

  /**
   * Must be called from within a person's gesture.
   *
   * @param start.earlier - the conversation that the call continues; a running call gives way to it
   */
  async start({ microphone = true, earlier = null }: CallStart = {}): Promise<void> {
    if (this.#isRunning && earlier === null) return;
    const again = () => void this.start({ microphone, earlier });
    if (this.account.asksFirst(again)) return;
    if (this.#isRunning) void this.hangUp();
    this.#generation += 1;
    this.#goesBack = earlier !== null;
    const mine = this.#generation;
    const dividerId = this.#options.newId();
    this.#dispatch({ type: 'call-started', microphone, dividerId, earlier });
    try {
      // The call before this one may still be letting go of the microphone.
      const [relay] = await Promise.all([this.#options.relay, this.#stopping]);
      if (mine !== this.#generation) return;
      if (relay.kind === 'misconfigured') return this.#onMisconfigured(relay.message);
      const credentials = await this.account.credentials(relay.origin);
      if (mine !== this.#generation) return;
      if (credentials === null) {
        this.#over(NOT_SIGNED_IN);
        return void this.account.asksFirst(again);
      }
      const result = await this.#startEngine({
        relay: relay.origin,
        credentials,
        conversationId: earlier?.id,
        microphone,
      });
      if (mine === this.#generation && microphone)
        this.#dispatch({ type: 'microphone-answered', result });
    } catch (error) {
      if (mine !== this.#generation) return;
      this.#over(error instanceof SignInError ? SIGN_IN_UNREACHABLE : FAILED_TO_START);
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
    this.#stopping = Promise.all([
      this.#hungUp.closed(),
      this.#engine.stop().catch(() => undefined),
    ]);
    await this.#stopping;
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
    if (trimmed === '') return;
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
    clearTimeout(this.#nextReach);
    void this.account.learn();
    const relay = await this.#options.relay;
    const names = relay.kind === 'known' ? await this.#options.fetchProviders(relay.origin) : null;
    if (names && this.providers.getState() === null) this.providers.setState(names, true);
    const isThere = names !== undefined;
    clearTimeout(this.#nextReach);
    const again = () => void this.reach();
    if (!isThere) this.#nextReach = setTimeout(again, MAX_WAIT_MS * Math.random());
    const atMs = this.#options.nowMs();
    if (!this.#isRunning) this.#dispatch({ type: 'relay-asked', isThere, atMs });
    else if (isThere && this.state.getState().outage !== null) this.#engine.retryNow();
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
    if (!(await this.account.signOut())) this.#dispatch({ type: 'complained', ...NOT_TOLD });
  }

  /** All that the relay kept of the person was deleted: nothing of it may stay here. */
  async forget(): Promise<void> {
    const isGuest = this.account.store.getState().account === null;
    await (isGuest ? this.account.forgetGuest() : this.account.signOut());
    this.#clear();
  }

  dismissError(): void {
    this.#dispatch({ type: 'error-dismissed' });
  }

  changeSettings(change: Partial<Settings>): void {
    this.settings.setState(change);
    writeSettings(this.#options.storage, this.settings.getState());
    applyToEngine(this.#engine, change, this.#isRunning);
    if (!this.#isRunning) return;
    if (change.talkBy !== undefined)
      this.#dispatch({ type: 'holds', holds: change.talkBy === 'hold' });
    const isOpen = this.state.getState().microphone.kind === 'granted';
    if (change.microphoneId !== undefined && isOpen) void this.requestMicrophone();
  }

  setDebug(enabled: boolean, panel?: MessagePort): void {
    this.#engine.setDebug(enabled, panel);
  }

  /** Tries out what a call needs, with the devices that were chosen. From within a gesture. */
  checkSound(signal: AbortSignal): AsyncGenerator<CheckEvent, void, undefined> {
    return checkChosenSound(this.#engine, this.settings.getState(), this.#options.relay, signal);
  }

  get #isRunning(): boolean {
    return this.state.getState().standing.kind === 'running';
  }

  #dispatch(action: CallAction): void {
    this.state.setState((state) => callStateAfter(state, action), true);
  }

  #over(reason: CloseReason): void {
    this.#dispatch({ type: 'call-ended', reason, atMs: this.#options.nowMs() });
    if (this.state.getState().outage !== null) void this.reach();
  }

  #startEngine(
    call: Pick<CallOptions, 'relay' | 'credentials' | 'conversationId' | 'microphone'>,
  ): ReturnType<MediaEngine['start']> {
    const chosen = this.settings.getState();
    this.#dispatch({ type: 'holds', holds: chosen.talkBy === 'hold' });
    this.#engine.setMuted(chosen.talkBy === 'hold');
    this.#engine.setVolume(chosen.volume);
    return this.#engine.start({
      ...call,
      voice: chosen.voice,
      language: chosen.language,
      eagerness: chosen.eagerness,
      interruption: chosen.interruption,
      speed: chosen.speed,
      line: chosen.line,
      browserHelp: chosen.browserHelp,
      microphoneId: chosen.microphoneId ?? undefined,
      speakerId: chosen.speakerId ?? undefined,
    });
  }

  #onNotice(notice: MediaNotice): void {
    if (this.#hungUp.takes(notice)) return;
    switch (notice.type) {
      case 'levels':
        return this.levels.setState(notice, true);
      case 'stats':
        return this.debug.stats(notice.stats);
      case 'debug':
        return this.debug.entry(notice.entry);
      case 'turn-measured':
        return this.debug.turn(notice, this.state.getState().ladder);
      case 'signed-in':
        return this.account.keepGuest(notice);
      case 'usage':
        this.debug.usage(this.state.getState().session?.id ?? '', notice);
        break;
      case 'closed':
        this.#waitingTexts = [];
        this.levels.setState(SILENCE, true);
        if (notice.reason.reason === 'not_found' && this.#goesBack) return this.#startAnew();
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

  #onMisconfigured(message: string): void {
    this.#waitingTexts = [];
    this.#dispatch({ type: 'complained', code: 'page_misconfigured', message });
    this.#over(MISCONFIGURED);
  }

  async #onRefused(reason: string): Promise<void> {
    const isAsked = await this.account.refused(reason, () => void this.start());
    // The question to the person says the same in other words.
    if (isAsked) this.dismissError();
  }

  #clear(): void {
    void this.hangUp();
    this.#dispatch({ type: 'forgotten' });
    this.debug.clear();
  }
}
