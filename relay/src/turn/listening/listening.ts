import type { Clock } from '../../lib/clock.ts';
import { newId } from '../../lib/ids.ts';
import type { Logger } from '../../lib/logger.ts';
import type { Transcriber } from '../../stages/transcriber.ts';
import type { EmitCallEvent } from '../call-events.ts';
import type { ConversationOutput } from '../output.ts';
import type { Marks } from '../reply/reply-options.ts';
import { StageRun } from '../stage-run.ts';
import { Utterance, type UtteranceOutcome } from './utterance.ts';
import type { Watch, Watchdog } from '../watchdog.ts';

/** Samples in a ms of uplink audio. */
const SAMPLES_PER_MS = 16;
/** What arrives of an utterance before it is seen to be too long. */
const SLACK_MS = 2_000;

/** What became of an utterance. */
export interface Settled {
  readonly turnId: string;
  readonly number: number;
  readonly itemId: string;
  readonly outcome: UtteranceOutcome;
  readonly marks: Marks;
  readonly asrSeconds: number;
  /** Who took over from the recogniser while it was at work. */
  readonly standIn: string | undefined;
}

interface Heard {
  readonly turnId: string;
  readonly number: number;
  readonly itemId: string;
  readonly utterance: Utterance;
  readonly marks: Marks;
  readonly run: StageRun;
  samples: number;
  /** From its end on. */
  watch?: Watch;
}

export interface ListeningOptions {
  readonly transcriber: Transcriber;
  /** BCP 47. */
  readonly language: string;
  readonly deadlineMs: number;
  /** Longest utterance. */
  readonly maxUtteranceMs: number;
  readonly clock: Clock;
  readonly output: ConversationOutput;
  readonly emit: EmitCallEvent;
  /** Who recognises speech now: a provider's name, `browser`, or `none`. */
  readonly active: () => string;
  readonly watchdog: Watchdog;
  readonly logger: Logger;
  /** Called once for each utterance. */
  readonly onSettled: (settled: Settled) => void;
}

/** The person's side: at most one utterance takes audio, earlier ones may await their words. */
export class Listening {
  readonly #options: ListeningOptions;
  readonly #unsettled = new Set<Heard>();
  #open: Heard | undefined;

  constructor(options: ListeningOptions) {
    this.#options = options;
  }

  /** The number of the utterance that takes audio now. */
  get openNumber(): number | undefined {
    return this.#open?.number;
  }

  /** Length of the open utterance so far. */
  get openMs(): number {
    return this.#open === undefined ? 0 : this.#open.samples / SAMPLES_PER_MS;
  }

  /** Whether anyone is speaking, or was and their words are still to come. */
  get isBusy(): boolean {
    return this.#unsettled.size > 0;
  }

  start(number: number, turnId: string): void {
    const { transcriber, language, deadlineMs, maxUtteranceMs, clock, output } = this.#options;
    const { emit, active } = this.#options;
    const itemId = newId('item');
    emit({ type: 'utterance-started', turnId, itemId, utterance: number });
    const run = new StageRun({ stage: 'transcriber', turnId, active, emit });
    const utterance = new Utterance({
      transcriber,
      language,
      clock,
      deadlineMs,
      maxSamples: (maxUtteranceMs + SLACK_MS) * SAMPLES_PER_MS,
      logger: this.#options.logger,
      onFailover: run.onFailover,
      onProgress: () => heard.watch?.progress('transcriber'),
      onPartial: (transcript) =>
        output.event({
          type: 'conversation.item.input_audio_transcription.delta',
          item_id: itemId,
          utterance: number,
          transcript,
        }),
    });
    const heard: Heard = { turnId, number, itemId, utterance, marks: {}, run, samples: 0 };
    this.#open = heard;
    this.#unsettled.add(heard);
    void utterance.outcome.then((outcome) => this.#settle(heard, outcome));
  }

  /** PCM16 at 16 kHz. The hot path: no more than it must. */
  push(samples: Int16Array): void {
    const open = this.#open;
    if (open === undefined) return;
    open.samples += samples.length;
    open.utterance.push(samples);
  }

  /** @param instants - the client's marks on the session clock, where it gave them */
  end(instants: { readonly speechEndMs?: number; readonly sentMs?: number }): void {
    const open = this.#open;
    if (open === undefined) return;
    this.#open = undefined;
    if (instants.speechEndMs !== undefined) open.marks.speech_end = instants.speechEndMs;
    if (instants.sentMs !== undefined) open.marks.end_sent = instants.sentMs;
    open.marks.end_received = this.#options.output.nowMs();
    open.utterance.finalize();
    this.#watch(open);
  }

  /** The open utterance was not speech after all. */
  discard(): void {
    this.#open?.utterance.discard();
    this.#open = undefined;
  }

  discardAll(): void {
    for (const { utterance } of this.#unsettled) utterance.discard();
    this.#open = undefined;
  }

  #watch(heard: Heard): void {
    const { watchdog, logger } = this.#options;
    // It may have failed while the person still spoke.
    if (!this.#unsettled.has(heard)) return;
    const { utterance, itemId } = heard;
    heard.watch = watchdog.watch({
      logger,
      ids: { itemId },
      stage: () => 'transcriber',
      giveUp: () => {
        if (!utterance.restart()) utterance.fail('transcriber_timeout');
      },
    });
  }

  #settle(heard: Heard, outcome: UtteranceOutcome): void {
    this.#unsettled.delete(heard);
    heard.watch?.end();
    if (outcome.kind === 'heard') heard.run.succeeded();
    // It can fail while the person still speaks; what follows of it has nowhere to go.
    if (this.#open === heard) this.#open = undefined;
    const nowMs = this.#options.output.nowMs();
    if (outcome.kind !== 'failed') this.#emit(heard, outcome, nowMs);
    this.#options.onSettled({
      turnId: heard.turnId,
      number: heard.number,
      itemId: heard.itemId,
      outcome,
      marks: { ...heard.marks, asr_final: nowMs },
      asrSeconds: heard.samples / SAMPLES_PER_MS / 1_000,
      standIn: heard.run.standIn,
    });
  }

  #emit(heard: Heard, outcome: Exclude<UtteranceOutcome, { kind: 'failed' }>, nowMs: number): void {
    const { emit, active } = this.#options;
    const { turnId, itemId, number: utterance, run, marks } = heard;
    const audioMs = heard.samples / SAMPLES_PER_MS;
    if (outcome.kind === 'discarded') {
      emit({ type: 'utterance-discarded', turnId, itemId, utterance, audioMs });
      return;
    }
    emit({
      type: 'utterance-final',
      turnId,
      itemId,
      utterance,
      provider: run.provider ?? active(),
      audioMs,
      finalMs: marks.end_received === undefined ? null : nowMs - marks.end_received,
      isUnrecognised: outcome.unrecognised,
      speech: { text: outcome.text },
    });
  }
}
