import { CLOSE_REASONS } from '@parley/shared/close-codes';
import type { CallOptions, MediaEngine } from '../../../src/client/engine/media-engine.ts';
import type { CheckEvent } from '../../../src/client/engine/sound-check/sound-check-events.ts';
import type {
  MediaNotice,
  MicrophoneRefusal,
  MicrophoneResult,
} from '../../../src/client/messages/media-messages.ts';

export interface ScriptedEngine extends MediaEngine {
  emit(...notices: MediaNotice[]): void;
  /** How the microphone is answered for from now on; `pending` leaves the question open. */
  answerMicrophone(answer: 'granted' | 'pending' | MicrophoneRefusal): void;
  /** What a check of the sound finds from now on; it then waits for ever, unless it is done. */
  answerSoundCheck(events: readonly CheckEvent[]): void;
  /** Every command so far, as `name` or `name:argument`. */
  readonly commands: readonly string[];
}

/** A media engine without media: emits the notices of a test, and remembers its commands. */
export function createScriptedEngine(): ScriptedEngine {
  const listeners = new Set<(notice: MediaNotice) => void>();
  const commands: string[] = [];
  let checkEvents: readonly CheckEvent[] = [];
  let answer: 'granted' | 'pending' | MicrophoneRefusal = 'granted';

  const microphone = (): Promise<MicrophoneResult> => {
    if (answer === 'pending') return new Promise(() => undefined);
    return Promise.resolve(answer === 'granted' ? { ok: true } : { ok: false, refusal: answer });
  };

  return {
    commands,
    emit(...notices) {
      for (const notice of notices) for (const listener of listeners) listener(notice);
    },
    answerMicrophone(next) {
      answer = next;
    },
    answerSoundCheck(events) {
      checkEvents = events;
    },
    async *checkSound(_options, signal) {
      commands.push('checkSound');
      yield* checkEvents;
      if (checkEvents.at(-1)?.type === 'done') return;
      await new Promise((resolve) => {
        signal.addEventListener('abort', resolve);
      });
      commands.push('checkSound:aborted');
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    preload: () => void commands.push('preload'),
    start(options: CallOptions) {
      commands.push(
        `start:${options.microphone ? 'microphone' : 'typed'}`,
        `credentials:${JSON.stringify(options.credentials)}`,
        ...(options.conversationId === undefined ? [] : [`goOn:${options.conversationId}`]),
      );
      return options.microphone
        ? microphone()
        : Promise.resolve({ ok: false, refusal: 'dismissed' } as const);
    },
    requestMicrophone() {
      commands.push('requestMicrophone');
      return microphone();
    },
    setMuted: (muted) => void commands.push(`setMuted:${muted}`),
    async setSpeaker(deviceId) {
      commands.push(`setSpeaker:${deviceId}`);
    },
    setVolume: (volume) => void commands.push(`setVolume:${volume}`),
    setRecording: (recording) => void commands.push(`setRecording:${recording}`),
    setToken: (token) => void commands.push(`setToken:${token}`),
    choose(choices) {
      for (const [name, choice] of Object.entries(choices)) {
        if (choice !== undefined) commands.push(`choose:${name} ${choice}`);
      }
    },
    setAssistant: (assistant) => void commands.push(`setAssistant:${JSON.stringify(assistant)}`),
    setBrowserHelp: (help) => void commands.push(`setBrowserHelp:${JSON.stringify(help)}`),
    sendText: (_itemId, text) => void commands.push(`sendText:${text}`),
    holdToTalk: (held) => void commands.push(`holdToTalk:${held}`),
    retryNow: () => void commands.push('retryNow'),
    cancelResponse: () => void commands.push('cancelResponse'),
    setDebug(enabled, panel) {
      commands.push(`setDebug:${enabled}`);
      const status = { type: 'status', durationMs: 252_000, bytes: 1_240_000 };
      panel?.postMessage(
        { ...status, hasAudioConsent: false, microphone: { echoCancellation: true } },
        [],
      );
    },
    end: () => void commands.push('end'),
    async stop() {
      commands.push('stop');
      for (const listener of listeners) listener({ type: 'closed', reason: CLOSE_REASONS.normal });
    },
  };
}
