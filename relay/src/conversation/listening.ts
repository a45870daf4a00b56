import type { Clock } from '../lib/clock.ts';
import { newId } from '../lib/ids.ts';
import type { Transcriber } from '../providers/transcriber.ts';
import type { ConversationOutput } from './output.ts';
import type { Marks } from './reply.ts';
import { Utterance, type UtteranceOutcome } from './utterance.ts';

/** Samples in a ms of uplink audio. */
const SAMPLES_PER_MS = 16;

/** What became of an utterance. */
export interface Settled {
  readonly number: number;
  readonly itemId: string;
  readonly outcome: UtteranceOutcome;
  readonly marks: Marks;
  readonly asrSeconds: number;
}

interface Heard {
  readonly number: number;
  readonly itemId: string;
  readonly utterance: Utterance;
  readonly marks: Marks;
  samples: number;
}

export interface ListeningOptions {
  readonly transcriber: Transcriber;
  readonly deadlineMs: number;
  readonly clock: Clock;
  readonly output: ConversationOutput;
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

  start(number: number): void {
    const { transcriber, deadlineMs, clock, output } = this.#options;
    const itemId = newId('item');
    const utterance = new Utterance({
      transcriber,
      language: 'en-US',
      clock,
      deadlineMs,
      onPartial: (transcript) =>
        output.event({
          type: 'conversation.item.input_audio_transcription.delta',
          item_id: itemId,
          utterance: number,
          transcript,
        }),
    });
    const heard: Heard = { number, itemId, utterance, marks: {}, samples: 0 };
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

  #settle(heard: Heard, outcome: UtteranceOutcome): void {
    this.#unsettled.delete(heard);
    // It can fail while the person still speaks; what follows of it has nowhere to go.
    if (this.#open === heard) this.#open = undefined;
    this.#options.onSettled({
      number: heard.number,
      itemId: heard.itemId,
      outcome,
      marks: { ...heard.marks, asr_final: this.#options.output.nowMs() },
      asrSeconds: heard.samples / SAMPLES_PER_MS / 1_000,
    });
  }
}
