import { createStore } from 'zustand/vanilla';
import { CLOSE_REASONS, type CloseReason } from '@parley/shared/close-codes';
import type { MediaEngine } from '../engine/media-engine.ts';
import type { AccountController } from '../account/account-controller.ts';
import type { MediaNotice } from '../messages/media-messages.ts';
import type { ContinuedConversation } from './call-facts.ts';
import { callStateAfter, INITIAL_CALL_STATE, type CallAction, type CallState } from './call-state.ts';
import { applyToEngine } from './settings-in-call.ts';
import { SignInError } from '../account/account-issuer.ts';
import { createDebugRecorder } from './debug-recorder.ts';
import { SILENCE, type Levels } from './levels.ts';
import { HungUpCall } from './hung-up-call.ts';
import { lostConversationOf } from './lost-call.ts';
import type { ProviderNames } from './provider-names.ts';
import type { RelayAddress } from '../settings/relay-address.ts';
import { FAILED_TO_START, MISCONFIGURED, NOT_KEPT, NOT_SIGNED_IN, NOT_TOLD, SIGN_IN_UNREACHABLE } from './page-close-reasons.ts';
import { readKeptSettings, writeSettings, type KeyValueStore, type Settings } from '../settings/settings.ts';
import type { CheckEvent } from '../engine/sound-check/sound-check-events.ts';

export interface CallControllerOptions {
  readonly engine: MediaEngine;
  readonly account: AccountController;
  /** null if the browser refuses storage. */
  readonly storage: KeyValueStore | null;
  readonly nowMs: () => number;
  readonly newId: () => string;
  /** Never rejects. */
  readonly relay: Promise<RelayAddress>;
  readonly fetchProviders: (relay: string) => Promise<ProviderNames | null>;
}

interface CallStart {
  /** false: a typed call. */
  readonly microphone?: boolean;
  readonly earlier?: ContinuedConversation | null;
}

export type CallController = ReturnType<typeof createCallController>;

/** Everything a person can do in a call, and what there is to show of it; lives as long as the page. */
export function createCallController(options: CallControllerOptions) {
  const { engine, account, storage, nowMs } = options;
  const call = createStore<CallState>(() => INITIAL_CALL_STATE);
  const settings = createStore<Settings>(() => readKeptSettings(storage));
  const providers = createStore<ProviderNames | null>(() => null);
  const levels = createStore<Levels>(() => SILENCE);
  const debug = createDebugRecorder();
  /** Which call an answer belongs to: an answer to an earlier call is dropped. */
  let generation = 0;
  let stopping: Promise<unknown> = Promise.resolve();
  const hungUp = new HungUpCall();
  let goingBack = false;
  /** Typed before there was a session to send it in. */
  let waitingTexts: { readonly itemId: string; readonly text: string }[] = [];

  const dispatch = (action: CallAction): void =>
    call.setState((state) => callStateAfter(state, action), true);
  const over = (reason: CloseReason): void =>
    dispatch({ type: 'call-ended', reason, atMs: nowMs() });
  const isRunning = (): boolean => call.getState().standing.kind === 'running';
  const dispatchNotice = (notice: MediaNotice): void =>
    dispatch({ type: 'notice', notice, atMs: nowMs() });
  const onNotice = (notice: MediaNotice): void => {
    if (hungUp.takes(notice)) return;
    switch (notice.type) {
      case 'levels':
        return levels.setState(notice, true);
      case 'stats':
        return debug.stats(notice.stats);
      case 'debug':
        return debug.entry(notice.entry);
      case 'turn-measured':
        return debug.turn(notice.turn, call.getState().ladder);
      case 'interruption-decided':
        debug.interjection(notice);
        return dispatchNotice(notice);
      case 'usage':
        debug.usage(call.getState().session?.id ?? '', notice);
        return dispatchNotice(notice);
      case 'signed-in':
        return account.keepGuest(notice);
      case 'session':
        dispatchNotice(notice);
        if (!isRunning()) return;
        providers.setState(notice.session.providers, true);
        for (const { itemId, text } of waitingTexts.splice(0)) engine.sendText(itemId, text);
        return;
      case 'closed':
        waitingTexts = [];
        levels.setState(SILENCE, true);
        if (notice.reason.reason === 'not_found' && goingBack) return startAnew();
        dispatchNotice(notice);
        return void onRefused(notice.reason.reason);
      default:
        dispatchNotice(notice);
    }
  };
  engine.subscribe(onNotice);

  /** What the call was to go on with is not kept any more: it goes on without, and says so. */
  const startAnew = (): void => {
    over(CLOSE_REASONS.sessionGone);
    void startCall();
    dispatch({ type: 'complained', ...NOT_KEPT });
  };

  void options.relay.then((relay) => {
    if (relay.kind === 'misconfigured') onMisconfigured(relay.message);
  });
  const onMisconfigured = (message: string): void => {
    waitingTexts = [];
    dispatch({ type: 'complained', code: 'page_misconfigured', message });
    over(MISCONFIGURED);
  };

  const onRefused = async (reason: string): Promise<void> => {
    const isAsked = await account.refused(reason, () => void startCall());
    // What the person is asked says the same in other words.
    if (isAsked) dispatch({ type: 'error-dismissed' });
  };
  const clear = (): void => {
    void endCall();
    dispatch({ type: 'forgotten' });
    debug.clear();
  };
  account.store.subscribe((now, before) => {
    if (before.account === null || now.account?.token === before.account.token) return;
    if (now.account === null) clear();
    else if (isRunning()) engine.setToken(now.account.token);
  });

  /**
   * Must be called from within a person's gesture.
   *
   * @param start.earlier - what the call goes on with; a call that is running gives way to it
   */
  const startCall = async ({
    microphone = true,
    earlier = null,
  }: CallStart = {}): Promise<void> => {
    if (isRunning() && earlier === null) return;
    if (account.asksFirst(() => void startCall({ microphone, earlier }))) return;
    if (isRunning()) void endCall();
    generation += 1;
    goingBack = earlier !== null;
    const mine = generation;
    const chosen = settings.getState();
    dispatch({ type: 'call-started', microphone, dividerId: options.newId(), earlier });
    try {
      // The call before this one may still be letting go of the microphone.
      const [relay] = await Promise.all([options.relay, stopping]);
      if (mine !== generation) return;
      if (relay.kind === 'misconfigured') return onMisconfigured(relay.message);
      const credentials = await account.credentials(relay.origin);
      if (mine !== generation) return;
      if (credentials === null) {
        over(NOT_SIGNED_IN);
        return void account.asksFirst(() => void startCall({ microphone, earlier }));
      }
      dispatch({ type: 'holds', holds: chosen.talkBy === 'hold' });
      engine.setMuted(chosen.talkBy === 'hold');
      engine.setVolume(chosen.volume);
      const result = await engine.start({
        relay: relay.origin,
        credentials,
        voice: chosen.voice ?? undefined,
        language: chosen.language ?? undefined,
        eagerness: chosen.eagerness,
        interruption: chosen.interruption,
        speed: chosen.speed,
        browserHelp: chosen.browserHelp,
        conversationId: earlier?.id,
        microphone,
        microphoneId: chosen.microphoneId ?? undefined,
        speakerId: chosen.speakerId ?? undefined,
      });
      if (mine === generation && microphone) dispatch({ type: 'microphone-answered', result });
    } catch (error) {
      if (mine !== generation) return;
      over(error instanceof SignInError ? SIGN_IN_UNREACHABLE : FAILED_TO_START);
    }
  };

  const requestMicrophone = async (): Promise<void> => {
    const mine = generation;
    dispatch({ type: 'microphone-asked' });
    const { microphoneId } = settings.getState();
    const result = await engine
      .requestMicrophone(microphoneId ?? undefined)
      .catch(() => ({ ok: false, refusal: 'failed' }) as const);
    if (mine === generation && isRunning()) dispatch({ type: 'microphone-answered', result });
  };

  const endCall = async (): Promise<void> => {
    if (!isRunning()) return;
    generation += 1;
    waitingTexts = [];
    over(CLOSE_REASONS.normal);
    levels.setState(SILENCE, true);
    stopping = Promise.all([hungUp.closed(), engine.stop().catch(() => undefined)]);
    await stopping;
  };

  /** Begins a typed call if there is none. */
  const sendText = (text: string): void => {
    const trimmed = text.trim();
    if (trimmed === '') return;
    if (!isRunning()) {
      if (account.asksFirst(() => sendText(trimmed))) return;
      void startCall({ microphone: false });
    }
    const itemId = options.newId();
    dispatch({ type: 'text-sent', itemId, text: trimmed });
    if (call.getState().session === null) waitingTexts.push({ itemId, text: trimmed });
    else engine.sendText(itemId, trimmed);
  };

  const learnProviders = async (): Promise<void> => {
    const relay = await options.relay;
    if (relay.kind !== 'known') return;
    const names = await options.fetchProviders(relay.origin);
    if (names !== null && providers.getState() === null) providers.setState(names, true);
  };

  return {
    call,
    account,
    settings,
    providers,
    levels,
    debug,
    startCall,
    requestMicrophone,
    endCall,
    /** Calls again; goes on with the call that was lost, if the relay keeps its conversation. */
    callAgain: (): Promise<void> => startCall({ earlier: lostConversationOf(call.getState()) }),
    retryNow: (): void => engine.retryNow(),
    loadDetector: () => engine.preload(),
    /** Begins what may be done before anything is pressed. */
    preload(): void {
      void learnProviders();
      void account.learn();
    },
    setMuted(muted: boolean): void {
      if (!isRunning()) return;
      engine.setMuted(muted);
      dispatch({ type: 'muted', muted });
    },
    holdToTalk(held: boolean): void {
      if ((held && !isRunning()) || call.getState().held === held) return;
      engine.holdToTalk(held);
      dispatch({ type: 'held', held });
    },
    stopSpeaking(): void {
      if (isRunning()) engine.cancelResponse();
    },
    sendText,
    /** Only with the person's consent; `false` ends it. */
    setRecording(recording: boolean): void {
      if (isRunning()) engine.setRecording(recording);
    },
    /** Ends the person's calls on all devices, and leaves nothing of them on this one. */
    async signOut(): Promise<void> {
      if (!(await account.signOut())) dispatch({ type: 'complained', ...NOT_TOLD });
    },
    /** All that the relay kept of the person was deleted: nothing of it may stay here. */
    async forget(): Promise<void> {
      await (account.store.getState().account === null ? account.forgetGuest() : account.signOut());
      clear();
    },
    dismissError: (): void => dispatch({ type: 'error-dismissed' }),
    changeSettings(change: Partial<Settings>): void {
      settings.setState(change);
      writeSettings(storage, settings.getState());
      applyToEngine(engine, change, isRunning());
      if (!isRunning()) return;
      if (change.talkBy !== undefined) dispatch({ type: 'holds', holds: change.talkBy === 'hold' });
      const isOpen = call.getState().microphone.kind === 'granted';
      if (change.microphoneId !== undefined && isOpen) void requestMicrophone();
    },
    setDebug: (enabled: boolean, panel?: MessagePort): void => engine.setDebug(enabled, panel),
    /** Tries out what a call needs, with the devices that were chosen. From within a gesture. */
    checkSound: (signal: AbortSignal) =>
      checkChosenSound(engine, settings.getState(), options.relay, signal),
  };
}

/** Checks the devices that the person chose, and the relay. */
async function* checkChosenSound(
  engine: Pick<MediaEngine, 'checkSound'>,
  { microphoneId, speakerId, volume }: Settings,
  relay: Promise<RelayAddress>,
  signal: AbortSignal,
): AsyncGenerator<CheckEvent, void, undefined> {
  const address = await relay;
  const checked = {
    relay: address.kind === 'known' ? address.origin : null,
    microphoneId: microphoneId ?? undefined,
    speakerId: speakerId ?? undefined,
    volume,
  };
  yield* engine.checkSound(checked, signal);
}
