import {
  type ErrorCode,
  type LiveSession,
  type SessionDescription,
  ParleyError,
  type ClientEventOf,
} from '@parley/shared';
import type { Identity } from '../../people/auth/identity.ts';
import type { ConversationOutput } from '../turn/output.ts';
import { CallRecorder } from './call-recorder.ts';
import type { Outbox } from './outbox.ts';
import { VoiceEncoder } from './voice-encoder.ts';
import type { SessionContext, SessionOptions } from './session-options.ts';
import { providerNotice, type StageChange } from './provider-notices.ts';
import { applyUpdate, describeSession, type SettingsUpdate } from './session-settings.ts';
import { AsyncQueue } from '../../base/lib/async-queue.ts';
import type { Clock } from '../../base/lib/clock.ts';
import { afterDeadline } from '../../base/lib/deadline.ts';
import { newId } from '../../base/lib/ids.ts';
import type { ConversationSettings } from '../turn/conversation-options.ts';
import { SessionClientTools } from './session-client-tools.ts';
import type { BrowserModelPort, BrowserQuestion } from '../turn/replying/browser-model.ts';

/** Longest silence of the page before its first words, and between words. */
const SILENCE_MS = 8_000;

/** When the answer must be whole. */
const TOTAL_MS = 30_000;

/** Control and bidirectional characters, which make a text look like another; lines may end. */
const UNSEEN = /[^\P{Cc}\n\t]|[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** Longest answer, characters: minutes of voice. */
const MAX_CHARACTERS = 4_000;

type PageAnswerEvent = ClientEventOf<'page.answer.delta' | 'page.answer.done'>;

interface OpenQuestion {
  readonly requestId: string;
  readonly words: AsyncQueue<string>;
  characters: number;
  /** The page has said that its answer is over. */
  isAnswered: boolean;
  silence: () => void;
}

interface SessionPageModelOptions {
  readonly settings: Pick<ConversationSettings, 'asksBrowser'>;
  readonly output: Pick<ConversationOutput, 'event'>;
  readonly clock: Clock;
}

export interface SessionSurroundings {
  /** The present caller. */
  readonly caller: () => Identity;
  readonly outbox: Outbox;
  /** The providers that the client was last informed of, if any. */
  readonly providers: () => SessionDescription['providers'] | undefined;
  /** Informs the client. */
  readonly onError: (code: ErrorCode) => void;
}

/** The client's changes of its session, and the notices of them. */
export class SessionControls {
  /** undefined: the relay records no calls. */
  readonly recorder: CallRecorder | undefined;
  readonly browserModel: SessionBrowserModel;
  readonly clientTools: SessionClientTools;
  readonly #encoder: VoiceEncoder;
  readonly #context: SessionContext;
  readonly #options: SessionOptions;
  readonly #state: SessionSurroundings;

  constructor(context: SessionContext, options: SessionOptions, state: SessionSurroundings) {
    const { recordings, providers, clock, opus } = context;
    const { id, emit, settings, logger } = options;
    const voiceRateHz = providers.synthesizer.sampleRateHz;
    this.#context = context;
    this.#options = options;
    this.#state = state;
    this.browserModel = new SessionBrowserModel({ settings, output: state.outbox, clock });
    const { outbox } = state;
    this.clientTools = new SessionClientTools(outbox);
    this.#encoder = new VoiceEncoder({ outbox, opus, voiceRateHz, settings, logger });
    if (recordings === undefined) return;
    this.recorder = new CallRecorder({
      output: this.#encoder,
      voiceRateHz,
      opus,
      open: (onFailed) => recordings.record(id, onFailed),
      emit,
      onFailed: () => {
        state.onError('recording_failed');
        this.#told();
      },
    });
  }

  /** The destination of what is said. */
  get output(): ConversationOutput {
    return this.recorder ?? this.#encoder;
  }

  /** @returns what was wrong, or undefined */
  update(update: SettingsUpdate): string | undefined {
    const problem = applyUpdate(this.#options.settings, update, this.#context, this.recorder);
    if (problem === undefined) this.#told();
    this.#encoder.prepare();
    return problem;
  }

  /** The call is over. */
  end(): void {
    this.recorder?.stop();
    this.#encoder.close();
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
   * Informs the client that another provider does the work of a stage.
   *
   * @returns false if it does that work by itself, and need not know
   */
  stageChanged(change: StageChange): boolean {
    const isOwn = change.stage === 'transcriber' && this.#options.settings.browserListens === true;
    if (!isOwn) this.#state.outbox.event(providerNotice(change));
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

/** The language model of this session's page, asked one question at a time. */
export class SessionBrowserModel implements BrowserModelPort {
  readonly #options: SessionPageModelOptions;
  #open: OpenQuestion | undefined;

  constructor(options: SessionPageModelOptions) {
    this.#options = options;
  }

  get isOffered(): boolean {
    return this.#options.settings.asksBrowser === true;
  }

  async *ask(
    { instructions, messages }: BrowserQuestion,
    signal: AbortSignal,
  ): AsyncGenerator<string, void, undefined> {
    if (signal.aborted) return;
    const { clock, output } = this.#options;
    this.#open?.words.drop();
    const question: OpenQuestion = {
      requestId: newId('ask'),
      words: new AsyncQueue(MAX_CHARACTERS),
      characters: 0,
      isAnswered: false,
      silence: () => {},
    };
    this.#open = question;
    const tooLate = () => question.words.fail(new ParleyError('generator_timeout'));
    const stop = () => question.words.drop();
    signal.addEventListener('abort', stop, { once: true });
    const cancelTotal = afterDeadline(clock, TOTAL_MS, tooLate);
    question.silence = afterDeadline(clock, SILENCE_MS, tooLate);
    output.event({
      type: 'page.answer.requested',
      request_id: question.requestId,
      instructions,
      messages: messages.map(({ role, content }) => ({ role, content })),
      silence_ms: SILENCE_MS,
      total_ms: TOTAL_MS,
    });
    try {
      for await (const text of question.words) yield text;
    } finally {
      signal.removeEventListener('abort', stop);
      cancelTotal();
      question.silence();
      if (this.#open === question) this.#open = undefined;
      if (!question.isAnswered) {
        output.event({ type: 'page.answer.cancelled', request_id: question.requestId });
      }
    }
  }

  /** What the page says. It is ignored if the question is over, or was never asked. */
  receive(event: PageAnswerEvent): void {
    const question = this.#open;
    if (question?.requestId !== event.request_id || question.isAnswered) return;
    if (event.type === 'page.answer.done') {
      question.isAnswered = true;
      if (event.status === 'completed') question.words.close();
      else question.words.fail(new ParleyError('generator_failed'));
      return;
    }
    question.silence();
    question.characters += event.delta.length;
    const text = event.delta.replaceAll(UNSEEN, '');
    const fits = question.characters <= MAX_CHARACTERS;
    if (!fits || (text !== '' && !question.words.push(text))) {
      // The waiting words are still said.
      return question.words.fail(new ParleyError('generator_failed'));
    }
    question.silence = afterDeadline(this.#options.clock, SILENCE_MS, () =>
      question.words.fail(new ParleyError('generator_timeout')),
    );
  }
}
