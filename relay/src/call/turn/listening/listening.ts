import { ParleyError } from '@parley/shared';
import type { SpeechAudio } from '@parley/shared/audio/opus-packet';
import { OVER } from '../../../base/lib/deadline.ts';
import { newId } from '../../../base/lib/ids.ts';
import { NO_PROVIDER } from '../../stages/provider.ts';
import {
  hasWords,
  type Hearing,
  type PhraseState,
  type TranscriberStage,
  type TranscriptEvent,
} from '../../stages/transcriber/transcriber.ts';
import type { ConversationOptions } from '../conversation-options.ts';
import type { Marks } from '../replying/reply-options.ts';
import { StageRun } from '../stage-run.ts';
import type { Watch } from '../watchdog.ts';

export type UtteranceOutcome =
  | {
      readonly kind: 'heard';
      readonly text: string;
      readonly unrecognised: boolean;
      /** A number among the words may have been misheard. */
      readonly isDoubtful?: boolean;
    }
  | {
      readonly kind: 'failed';
      readonly error: ParleyError;
      /** The whole utterance. */
      readonly audio: readonly SpeechAudio[];
    }
  /** Taken back by the client, or the session ended. */
  | { readonly kind: 'discarded' };

/** What became of an utterance. */
export interface Settled {
  readonly turnId: string;
  readonly number: number;
  readonly itemId: string;
  readonly outcome: UtteranceOutcome;
  /** The words up to the end of the utterance. */
  readonly marks: Marks;
  readonly audioMs: number;
  /** From the end of the audio to the outcome; null if no end was received. */
  readonly finalMs: number | null;
  /** The source of the words: a provider's name or `none`. */
  readonly provider: string;
  /** The provider that took over from the recogniser while it was at work. */
  readonly standIn: string | undefined;
}

interface Utterance {
  readonly turnId: string;
  readonly number: number;
  readonly itemId: string;
  readonly abort: AbortController;
  readonly transcription: Hearing;
  readonly marks: Marks;
  readonly run: StageRun;
  readonly onSettled: (settled: Settled) => void;
  /** The words so far. */
  words: string;
  /** The recogniser's latest end-of-turn event. */
  turnEvent: 'ended' | 'eager' | 'resumed' | undefined;
  /** From its end on. */
  watch?: Watch;
}

/** A partial transcript after such an event says that the person goes on. */
const TURN_EVENTS = {
  'transcript-partial': undefined,
  'eager-end-of-turn': 'eager',
  'turn-resumed': 'resumed',
  'end-of-turn': 'ended',
} as const;

export interface UtteranceStart {
  /** The client's number for it. */
  readonly number: number;
  readonly turnId: string;
  /** The utterance begins while a reply is heard. */
  readonly mayInterrupt: boolean;
}

type Shared = 'caller' | 'itemIdOf' | 'output' | 'emit' | 'watchdog' | 'opus' | 'logger';
/** The language may change from one utterance to the next. */
type Settings = Pick<ConversationOptions['settings'], 'language'>;

export interface ListeningOptions extends Pick<ConversationOptions, Shared> {
  readonly transcriber: TranscriberStage;
  readonly settings: Settings;
  /** The recogniser knows more of the open utterance than before. */
  readonly onProgress: () => void;
}

/** The person's side: at most one utterance takes audio, earlier ones may await their words. */
export class Listening {
  readonly #options: ListeningOptions;
  readonly #unsettled = new Set<Utterance>();
  #open: Utterance | undefined;
  #hasPartials = false;

  constructor(options: ListeningOptions) {
    this.#options = options;
  }

  /** The number of the utterance that takes audio now. */
  get openNumber(): number | undefined {
    return this.#open?.number;
  }

  /** Length of the open utterance so far. */
  get openMs(): number {
    return this.#open?.transcription.durationMs ?? 0;
  }

  /** The last `maxMs` of the open utterance, see `Hearing.audioEnd`; undefined if not kept. */
  audioEnd(maxMs: number): ReturnType<Hearing['audioEnd']> {
    return this.#open?.transcription.audioEnd(maxMs);
  }

  /** What the recogniser knows of the open utterance so far. */
  get progress(): Pick<Utterance, 'words' | 'turnEvent'> | undefined {
    return this.#open;
  }

  /** How these words fit a closed vocabulary; undefined if the recogniser has none. */
  phraseState(words: string): PhraseState | undefined {
    const { transcriber, settings } = this.#options;
    return transcriber.phraseState(words, settings.language);
  }

  /** Whether the recogniser has ever reported words while the person spoke. */
  get hasPartials(): boolean {
    return this.#hasPartials;
  }

  /** Whether the person is speaking, or was and their words are still to come. */
  get isBusy(): boolean {
    return this.#unsettled.size > 0;
  }

  /** Whether words of an utterance that has ended are still to come. */
  get awaitsWords(): boolean {
    return this.#unsettled.size > (this.#open === undefined ? 0 : 1);
  }

  /** @param onSettled - called once; a short utterance may be settled before an earlier long one */
  start(
    { number, turnId, mayInterrupt }: UtteranceStart,
    onSettled: (settled: Settled) => void,
  ): void {
    const { caller, transcriber, settings, emit, opus, logger } = this.#options;
    const { language } = settings;
    const itemId = this.#options.itemIdOf?.(number) ?? newId('item');
    emit({ type: 'utterance-started', turnId, itemId, utterance: number });
    const active = () => transcriber.active(language);
    const run = new StageRun({ stage: 'transcriber', turnId, caller, active, emit, logger });
    const abort = new AbortController();
    const { signal } = abort;
    const { onFailover, onAttempt, onUsed } = run;
    const utterance: Utterance = {
      turnId,
      number,
      itemId,
      abort,
      transcription: transcriber.listen({
        language,
        mayInterrupt,
        signal,
        caller,
        turnId,
        opus,
        logger,
        onFailover,
        onAttempt,
        onUsed,
      }),
      marks: {},
      run,
      onSettled,
      words: '',
      turnEvent: undefined,
    };
    this.#open = utterance;
    this.#unsettled.add(utterance);
    void this.#run(utterance);
  }

  /** As `Hearing.push`. The hot path: no more than it must. */
  push(audio: SpeechAudio): void {
    this.#open?.transcription.push(audio);
  }

  /** @param instants - the client's marks on the session clock, if it gave them */
  end(instants: { readonly speechEndMs?: number; readonly sentMs?: number }): void {
    const open = this.#open;
    if (open === undefined) return;
    this.#open = undefined;
    if (instants.speechEndMs !== undefined) open.marks.speech_end = instants.speechEndMs;
    if (instants.sentMs !== undefined) open.marks.end_sent = instants.sentMs;
    open.marks.end_received = this.#options.output.nowMs();
    open.transcription.finalize();
    const { watchdog, logger } = this.#options;
    open.watch = watchdog.watch({
      logger,
      ids: { turnId: open.turnId, itemId: open.itemId },
      stage: () => 'transcriber',
      giveUp: () => {
        if (open.transcription.startAgain()) return;
        open.abort.abort(new ParleyError('transcriber_timeout'));
      },
    });
  }

  /** The open utterance was not speech after all. */
  discard(): void {
    this.#open?.abort.abort(OVER);
    this.#open = undefined;
  }

  discardAll(): void {
    for (const { abort } of this.#unsettled) abort.abort(OVER);
    this.#open = undefined;
  }

  async #run(utterance: Utterance): Promise<void> {
    using transcription = utterance.transcription;
    const outcome = await this.#outcome(utterance);
    this.#unsettled.delete(utterance);
    utterance.watch?.end();
    // The recogniser can fail while the person still speaks; its later results have nowhere to go.
    if (this.#open === utterance) this.#open = undefined;
    const { turnId, number, itemId, marks, run, onSettled } = utterance;
    const { end_received: endMs } = marks;
    onSettled({
      turnId,
      number,
      itemId,
      outcome,
      marks,
      audioMs: transcription.durationMs,
      finalMs: endMs === undefined ? null : this.#options.output.nowMs() - endMs,
      provider: run.provider ?? NO_PROVIDER,
      standIn: run.standIn,
    });
  }

  #note(utterance: Utterance, event: Exclude<TranscriptEvent, { type: 'transcript-final' }>): void {
    if ('text' in event) utterance.words = event.text;
    utterance.turnEvent = TURN_EVENTS[event.type];
    if (event.type === 'transcript-partial') this.#hasPartials = true;
    if (this.#open === utterance) this.#options.onProgress();
  }

  async #outcome(utterance: Utterance): Promise<UtteranceOutcome> {
    const { transcription, abort, itemId, number } = utterance;
    const failed = (error: ParleyError): UtteranceOutcome => ({
      kind: 'failed',
      error,
      audio: transcription.audio,
    });
    try {
      for await (const heard of transcription.events) {
        // Without words it is silence: nothing is shown, interrupted or answered.
        const event = 'text' in heard && !hasWords(heard.text) ? { ...heard, text: '' } : heard;
        utterance.watch?.progress('transcriber');
        if (event.type === 'transcript-final') {
          const { text, unrecognised, isDoubtful = false } = event;
          return { kind: 'heard', text, unrecognised, ...(isDoubtful && { isDoubtful }) };
        }
        const isPartial = event.type === 'transcript-partial';
        if (isPartial && event.text === '' && utterance.words === '') continue;
        this.#note(utterance, event);
        if (isPartial) {
          this.#options.output.event({
            type: 'conversation.item.input_audio_transcription.delta',
            item_id: itemId,
            utterance: number,
            transcript: event.text,
          });
        } else {
          this.#options.logger.debug({ itemId, event: event.type }, 'recogniser end-of-turn event');
        }
      }
    } catch (cause) {
      return failed(
        cause instanceof ParleyError ? cause : new ParleyError('transcriber_failed', { cause }),
      );
    }
    const reason: unknown = abort.signal.reason;
    return reason instanceof ParleyError ? failed(reason) : { kind: 'discarded' };
  }
}
