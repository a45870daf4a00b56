import { ParleyError } from '@parley/shared';
import { OVER } from '../../lib/abort-reason.ts';
import type { Clock } from '../../lib/clock.ts';
import { eachWithin } from '../../lib/deadline.ts';
import type { Failover } from '../../stages/provider.ts';
import type { Synthesizer } from '../../stages/synthesizer.ts';
import { ClauseHandover } from './clause-handover.ts';
import { eachUntil } from './each-until.ts';
import type { ConversationOutput } from '../output.ts';
import type { Pacer } from './pacer.ts';
import type { ReplyTranscript } from './reply-transcript.ts';

/** Longest piece of voice in one frame: what an interruption may have wasted. */
const MAX_PIECE_MS = 200;

export interface ReplyVoiceOptions {
  readonly item: number;
  readonly synthesizer: Synthesizer;
  readonly output: ConversationOutput;
  readonly pacer: Pacer;
  readonly clock: Clock;
  /** Longest wait for the next piece of voice. */
  readonly deadlineMs: number;
  /** Ends everything at once. */
  readonly signal: AbortSignal;
  /** Aborted where the synthesizer is given up before its deadline; its reason is the failure. */
  readonly givenUp: AbortSignal;
  readonly transcript: ReplyTranscript;
  /** A filler takes time, but it is no part of the answer. */
  readonly isAside: (clause: string) => boolean;
  readonly onFirstClause: () => void;
  readonly onFirstAudio: () => void;
  readonly onCharacters: (count: number) => void;
  readonly onProgress: () => void;
  readonly onFailover: (failover: Failover) => void;
}

/** The spoken side of one reply: clauses in, words and paced audio out. */
export class ReplyVoice {
  readonly #options: ReplyVoiceOptions;
  #handover: ClauseHandover | undefined;
  #isSpeaking = false;
  #samples = 0;

  constructor(options: ReplyVoiceOptions) {
    this.#options = options;
  }

  /** Length of all audio sent so far. */
  get audioMs(): number {
    return this.#toMs(this.#samples);
  }

  /** Whether the synthesizer is at work, and does not itself wait for text. */
  get isAtWork(): boolean {
    return this.#isSpeaking && this.#handover?.atWorkSinceMs !== undefined;
  }

  /** Words that were shown as being spoken, and were not; empty for none. */
  get voiceless(): string {
    return this.#handover?.voiceless ?? '';
  }

  /** Clauses that were handed over and not begun: to be read where speaking failed. */
  async *unspoken(): AsyncGenerator<string, void, undefined> {
    if (this.#handover !== undefined) yield* this.#handover.unspoken();
  }

  /**
   * Speaks to the end, or until the reply's signal.
   *
   * @throws whatever the synthesizer threw, or `synthesizer_timeout`
   */
  async speak(clauses: AsyncIterator<string, void, undefined>, voice: string): Promise<void> {
    const { synthesizer, deadlineMs, clock, signal, givenUp, onFailover } = this.#options;
    const onClause = (clause: string) => {
      if (!this.#options.isAside(clause)) this.#options.onFirstClause();
    };
    const source = new ClauseHandover(clauses, onClause, () => clock.now());
    this.#handover = source;
    this.#isSpeaking = true;
    // Its own controller: a synthesizer that failed is stopped, the reply is not.
    const synthesis = new AbortController();
    const stop = () => synthesis.abort(OVER);
    signal.addEventListener('abort', stop);
    try {
      const speech = eachWithin(
        eachUntil(
          synthesizer.synthesize(source, { voice, signal: synthesis.signal, onFailover }),
          givenUp,
        ),
        deadlineMs,
        clock,
        () => new ParleyError('synthesizer_timeout'),
        () => source.atWorkSinceMs,
      );
      for await (const event of speech) {
        if (signal.aborted) return;
        this.#options.onProgress();
        if (event.type === 'clause-started') this.#announced(source, event.text);
        else if (event.type === 'words-timed') this.#options.transcript.timed(event.words);
        else {
          source.voiced();
          await this.#send(event.samples);
        }
      }
    } finally {
      this.#isSpeaking = false;
      signal.removeEventListener('abort', stop);
      synthesis.abort(OVER);
    }
  }

  #announced(source: ClauseHandover, text: string): void {
    const { transcript, isAside, onCharacters } = this.#options;
    const { kind, caption } = source.begun(text);
    onCharacters(text.length);
    if (kind === 'rest') transcript.continued(text, caption, this.audioMs);
    else transcript.begun(text, this.audioMs, isAside(text));
  }

  async #send(samples: Int16Array): Promise<void> {
    const { output, pacer, synthesizer, item, signal, transcript } = this.#options;
    // Known before it is sent piece by piece: the share of the words that was heard would be
    // taken of what happened to be sent otherwise.
    transcript.reaches(this.#toMs(this.#samples + samples.length));
    const pieceSamples = Math.floor((synthesizer.sampleRateHz * MAX_PIECE_MS) / 1_000);
    for (let start = 0; start < samples.length; start += pieceSamples) {
      const piece = samples.subarray(start, start + pieceSamples);
      await pacer.ready(this.#toMs(piece.length), signal);
      await output.writable(signal);
      if (signal.aborted) return;
      this.#options.onProgress();
      if (!transcript.isInAside) this.#options.onFirstAudio();
      output.audio(item, piece, false);
      this.#samples += piece.length;
    }
  }

  #toMs(samples: number): number {
    return (samples / this.#options.synthesizer.sampleRateHz) * 1_000;
  }
}
