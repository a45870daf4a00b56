import type { ErrorCode, LiveSession, SessionDescription } from '@parley/shared';
import type { Identity } from '../../people/auth/identity.ts';
import type { ConversationOutput } from '../turn/output.ts';
import { CallRecorder } from './call-recorder.ts';
import type { Outbox } from './outbox.ts';
import type { SessionContext, SessionOptions } from './session-options.ts';
import { noticeOf, type StageChange } from './provider-notices.ts';
import { SessionPageModel } from './session-page-model.ts';
import { applyUpdate, describeSession, type SettingsUpdate } from './session-settings.ts';

export interface SessionSurroundings {
  /** Who calls now. */
  readonly caller: () => Identity;
  readonly outbox: Outbox;
  /** The providers that the client was told of last, if any. */
  readonly providers: () => SessionDescription['providers'] | undefined;
  /** Tells the client. */
  readonly onError: (code: ErrorCode) => void;
}

/** What a client may change of its session, and what it is told of it. */
export class SessionControls {
  /** undefined: the relay records no calls. */
  readonly recorder: CallRecorder | undefined;
  readonly pageModel: SessionPageModel;
  readonly #context: SessionContext;
  readonly #options: SessionOptions;
  readonly #state: SessionSurroundings;

  constructor(context: SessionContext, options: SessionOptions, state: SessionSurroundings) {
    const { recordings, providers, clock } = context;
    const { id, emit, settings } = options;
    this.#context = context;
    this.#options = options;
    this.#state = state;
    this.pageModel = new SessionPageModel({ settings, output: state.outbox, clock });
    if (recordings === undefined) return;
    this.recorder = new CallRecorder({
      output: state.outbox,
      voiceRateHz: providers.synthesizer.sampleRateHz,
      open: (onFailed) => recordings.record(id, onFailed),
      emit,
      onFailed: () => {
        state.onError('recording_failed');
        this.#told();
      },
    });
  }

  /** Where what is said goes. */
  get output(): ConversationOutput {
    return this.recorder ?? this.#state.outbox;
  }

  /** @returns what was wrong, or undefined */
  update(update: SettingsUpdate): string | undefined {
    const problem = applyUpdate(this.#options.settings, update, this.#context, this.recorder);
    if (problem === undefined) this.#told();
    return problem;
  }

  describe(): SessionDescription {
    const { caller, providers } = this.#state;
    const { id, settings } = this.#options;
    const session = { id, identity: caller() };
    return {
      ...describeSession(session, settings, this.#context, providers()),
      recording: this.recorder?.isRunning ?? false,
    };
  }

  /**
   * Tells the client that another provider does the work of a stage.
   *
   * @returns false if it does that work by itself, and need not know
   */
  stageChanged(change: StageChange): boolean {
    const isOwn = change.stage === 'transcriber' && this.#options.settings.pageListens === true;
    if (!isOwn) this.#state.outbox.event(noticeOf(change));
    return !isOwn;
  }

  /** What the person may know of it elsewhere. */
  summary(isConnected: boolean): LiveSession {
    const { id, conversationId, client } = this.#options;
    return {
      session_id: id,
      conversation_id: conversationId,
      started_at: new Date(Date.now() - this.#state.outbox.nowMs()).toISOString(),
      client,
      is_connected: isConnected,
    };
  }

  #told(): void {
    this.#state.outbox.event({ type: 'session.updated', session: this.describe() });
  }
}
