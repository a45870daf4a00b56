import {
  ParleyError,
  type ErrorCode,
  type LatencyMark,
  type RelayEventOf,
  type Usage,
} from '@parley/shared';
import type { Clock } from '../lib/clock.ts';
import { eachWithin } from '../lib/deadline.ts';
import { newId } from '../lib/ids.ts';
import type { Logger } from '../observability/logger.ts';
import type { GeneratorEvent } from '../providers/generator.ts';
import type { Synthesizer } from '../providers/synthesizer.ts';
import { ClauseHandover } from './clause-handover.ts';
import { clausesOf } from './clauses.ts';
import { heardText, type SpokenClause } from './heard-text.ts';
import type { ConversationOutput } from './output.ts';
import type { Pacer } from './pacer.ts';
import { replyText } from './reply-text.ts';

/** Longest piece of voice in one frame: what an interruption may have wasted. */
const MAX_PIECE_MS = 200;

export type ReplyTrigger = RelayEventOf<'response.created'>['trigger'];
export type Marks = { [mark in LatencyMark]?: number };

export interface ReplyOptions {
  readonly item: number;
  readonly trigger: ReplyTrigger;
  readonly utterance: number | null;
  /** Marks and usage that were collected before the reply began. */
  readonly marks: Marks;
  readonly asrSeconds: number;
  /** Asked once; given the reply's signal. */
  readonly generate: (signal: AbortSignal) => AsyncIterable<GeneratorEvent>;
  /** null for a reply in writing only. */
  readonly voice: string | null;
  readonly synthesizer: Synthesizer;
  readonly output: ConversationOutput;
  readonly pacer: Pacer;
  readonly clock: Clock;
  readonly generatorDeadlineMs: number;
  readonly synthesizerDeadlineMs: number;
  readonly logger: Logger;
}

/**
 * One answer on its way out: generated, cut into clauses, spoken, sent.
 *
 * Whatever fails, the person is told in words: a failed generator is replaced by an apology, a
 * failed synthesizer by the text of what was not spoken.
 */
export class Reply {
  readonly id = newId('resp');
  readonly #options: ReplyOptions;
  readonly #abort = new AbortController();
  readonly #clauses: SpokenClause[] = [];
  readonly #usage: { -readonly [key in keyof Usage]: number };
  #audioSamples = 0;
  #chunkIndex = 0;
  #failure: ErrorCode | undefined;
  #playedMs: number | undefined;

  constructor(options: ReplyOptions) {
    this.#options = options;
    this.#usage = {
      asr_seconds: options.asrSeconds,
      llm_input_tokens: 0,
      llm_output_tokens: 0,
      tts_characters: 0,
    };
  }

  get isCancelled(): boolean {
    return this.#abort.signal.aborted;
  }

  /** What the person has of this reply, as far as is known. */
  get text(): string {
    return this.#playedMs === undefined
      ? this.#clauses.map((clause) => clause.text).join(' ')
      : heardText(this.#clauses, this.#playedMs);
  }

  /** Stops the voice and everything behind it. `run` then ends within a moment. */
  cancel(): void {
    this.#abort.abort();
    this.#options.output.dropAudio(this.#options.item);
    this.#options.pacer.reset();
  }

  /** The client says how much of the voice was really heard. */
  truncate(playedMs: number): void {
    this.#playedMs = playedMs;
  }

  /** Runs to the end; never rejects. */
  async run(): Promise<void> {
    const { output, item, synthesizer, voice, logger } = this.#options;
    output.event({
      type: 'response.created',
      response_id: this.id,
      item,
      trigger: this.#options.trigger,
      utterance: this.#options.utterance,
      audio: voice === null ? null : { sample_rate: synthesizer.sampleRateHz },
    });
    const clauses = clausesOf(this.#replyText());
    const { signal } = this.#abort;
    const cancelled = new Promise<void>((resolve) => {
      signal.addEventListener('abort', () => resolve());
    });
    try {
      // A provider that is slow to notice its signal does not hold up the cancellation.
      const work = voice === null ? this.#write(clauses) : this.#speak(clauses, voice);
      work.catch(() => {});
      await Promise.race([work, cancelled]);
    } catch (error) {
      this.#failure ??= 'internal_error';
      logger.error({ err: error, responseId: this.id }, 'a reply failed unexpectedly');
    } finally {
      void clauses.return();
      this.#finish();
    }
  }

  #replyText(): AsyncGenerator<string, void, undefined> {
    return replyText({
      generate: this.#options.generate,
      deadlineMs: this.#options.generatorDeadlineMs,
      clock: this.#options.clock,
      signal: this.#abort.signal,
      onFirstText: () => this.#mark('llm_first_token'),
      onUsage: ({ inputTokens, outputTokens }) => {
        this.#usage.llm_input_tokens += inputTokens;
        this.#usage.llm_output_tokens += outputTokens;
      },
      onFailure: (error) => this.#fail(error, 'generator_failed'),
    });
  }

  async #write(clauses: AsyncIterable<string>): Promise<void> {
    for await (const clause of clauses) {
      if (this.#abort.signal.aborted) return;
      this.#mark('first_clause');
      this.#text(clause, null);
    }
  }

  async #speak(clauses: AsyncGenerator<string, void, undefined>, voice: string): Promise<void> {
    const { synthesizer, synthesizerDeadlineMs, clock } = this.#options;
    const { signal } = this.#abort;
    const source = new ClauseHandover(clauses, () => this.#mark('first_clause'));
    const synthesis = new AbortController();
    const stop = () => synthesis.abort();
    signal.addEventListener('abort', stop);
    try {
      const speech = eachWithin(
        synthesizer.synthesize(source, { voice, signal: synthesis.signal }),
        synthesizerDeadlineMs,
        clock,
        () => new ParleyError('synthesizer_timeout'),
        () => source.isWaiting,
      );
      for await (const event of speech) {
        if (signal.aborted) return;
        if (event.type === 'clause-started') {
          source.begun();
          this.#usage.tts_characters += event.text.length;
          this.#text(event.text, this.#audioMs);
        } else if (event.type === 'speech-audio') {
          await this.#voice(event.samples);
        }
      }
    } catch (error) {
      if (signal.aborted) return;
      this.#fail(error, 'synthesizer_failed');
      await this.#write(source.unspoken());
      await this.#write(clauses);
    } finally {
      signal.removeEventListener('abort', stop);
      synthesis.abort();
    }
  }

  async #voice(samples: Int16Array): Promise<void> {
    const { output, pacer, synthesizer, item } = this.#options;
    const { signal } = this.#abort;
    const clause = this.#clauses.at(-1);
    if (clause !== undefined) {
      // Known before it is sent piece by piece: the share of the words that was heard would be
      // taken of what happened to be sent otherwise.
      clause.endMs = this.#audioMs + (samples.length / synthesizer.sampleRateHz) * 1_000;
    }
    const pieceSamples = Math.floor((synthesizer.sampleRateHz * MAX_PIECE_MS) / 1_000);
    for (let start = 0; start < samples.length; start += pieceSamples) {
      const piece = samples.subarray(start, start + pieceSamples);
      await pacer.ready((piece.length / synthesizer.sampleRateHz) * 1_000, signal);
      await output.writable(signal);
      if (signal.aborted) return;
      this.#mark('tts_first_audio');
      output.audio(item, piece, false);
      this.#audioSamples += piece.length;
    }
  }

  #finish(): void {
    const { output, item, voice, marks } = this.#options;
    const isCancelled = this.#abort.signal.aborted;
    if (!isCancelled) {
      this.#endClause();
      this.#send('', null, true);
      if (voice !== null) {
        output.audio(item, new Int16Array(0), true);
        output.event({
          type: 'response.output_audio.done',
          response_id: this.id,
          audio_ms: this.#audioMs,
        });
      }
    }
    const failure = this.#failure === undefined ? null : new ParleyError(this.#failure);
    output.event({
      type: 'response.done',
      response_id: this.id,
      status: isCancelled ? 'cancelled' : failure === null ? 'completed' : 'failed',
      usage: this.#usage,
      timeline: marks,
      error: failure && {
        code: failure.code,
        message: failure.message,
        retryable: failure.retryable,
      },
    });
  }

  #text(text: string, audioStartMs: number | null): void {
    const at = this.#audioMs;
    this.#endClause();
    const endMs = audioStartMs === null ? at : Number.POSITIVE_INFINITY;
    this.#clauses.push({ text, startMs: at, endMs });
    this.#send(this.#chunkIndex === 0 ? text : ` ${text}`, audioStartMs, false);
  }

  /** A clause that has had no audio by now has none: it counts as heard with the one before. */
  #endClause(): void {
    const clause = this.#clauses.at(-1);
    if (clause !== undefined && clause.endMs === Infinity) clause.endMs = this.#audioMs;
  }

  #send(delta: string, audioStartMs: number | null, isComplete: boolean): void {
    this.#options.output.event({
      type: 'response.output_audio_transcript.delta',
      response_id: this.id,
      delta,
      chunk_index: this.#chunkIndex++,
      is_complete: isComplete,
      timestamp: this.#options.output.nowMs(),
      audio_start_ms: audioStartMs,
    });
  }

  #mark(mark: LatencyMark): void {
    this.#options.marks[mark] ??= this.#options.output.nowMs();
  }

  #fail(error: unknown, otherwise: ErrorCode): ErrorCode {
    const code = error instanceof ParleyError ? error.code : otherwise;
    this.#failure ??= code;
    this.#options.logger.warn(
      { err: error, responseId: this.id, code },
      'a stage of a reply failed',
    );
    return code;
  }

  get #audioMs(): number {
    return (this.#audioSamples / this.#options.synthesizer.sampleRateHz) * 1_000;
  }
}
