import type { TimedWord } from '../../stages/synthesizer.ts';
import { heardText, type SpokenClause } from './heard-text.ts';
import type { ConversationOutput } from '../output.ts';

export interface ReplyTranscriptOptions {
  readonly responseId: string;
  readonly output: ConversationOutput;
}

/** The words of one reply: what was shown of them, where they lie in the audio, what was heard. */
export class ReplyTranscript {
  readonly #options: ReplyTranscriptOptions;
  readonly #clauses: SpokenClause[] = [];
  #chunkIndex = 0;
  #playedMs: number | undefined;

  constructor(options: ReplyTranscriptOptions) {
    this.#options = options;
  }

  /** What the person has of the reply, as far as is known. */
  get text(): string {
    return heardText(this.#clauses, this.#playedMs ?? Number.POSITIVE_INFINITY);
  }

  get isEmpty(): boolean {
    return this.#clauses.length === 0;
  }

  /** Whether what is being spoken only bridges a wait. */
  get isInAside(): boolean {
    return this.#clauses.at(-1)?.isAside ?? false;
  }

  /** The client says how much of the voice was really heard. */
  truncate(playedMs: number): void {
    this.#playedMs = playedMs;
  }

  /** Words that are shown and not spoken. @param atMs - length of the audio so far */
  written(text: string, atMs: number, isAside: boolean): void {
    this.#end(atMs);
    this.#clauses.push({ text, startMs: atMs, endMs: atMs, isAside, words: [] });
    this.#send(text, null, false);
  }

  /** The clause that was begun last, or the rest of it, will not be spoken here: shown once more. */
  rewritten(text: string, atMs: number): void {
    const isAside = this.#clauses.pop()?.isAside ?? false;
    this.written(text, atMs, isAside);
  }

  /** The voice begins a clause. @param atMs - length of the audio so far */
  begun(text: string, atMs: number, isAside: boolean): void {
    this.#end(atMs);
    this.#clauses.push({ text, startMs: atMs, endMs: Infinity, isAside, words: [] });
    this.#send(text, atMs, false);
  }

  /**
   * Another voice goes on in the middle of the clause.
   *
   * @param rest - the words it still has to speak
   * @param caption - those of them that were not shown before
   */
  continued(rest: string, caption: string, atMs: number): void {
    const clause = this.#clauses.pop();
    const isAside = clause?.isAside ?? false;
    if (clause !== undefined) {
      const text = caption === '' ? clause.text.slice(0, -rest.length).trimEnd() : clause.text;
      if (text !== '') this.#clauses.push({ ...clause, text, endMs: atMs });
    }
    this.#clauses.push({ text: rest, startMs: atMs, endMs: Infinity, isAside, words: [] });
    if (caption !== '') this.#send(caption, atMs, false);
  }

  /** Where words lie in the clause that is being spoken. */
  timed(words: readonly TimedWord[]): void {
    const clause = this.#clauses.pop();
    if (clause !== undefined) {
      this.#clauses.push({ ...clause, words: [...clause.words, ...words] });
    }
  }

  /** The audio of the clause that is being spoken goes at least this far. */
  reaches(endMs: number): void {
    const clause = this.#clauses.at(-1);
    if (clause !== undefined) clause.endMs = endMs;
  }

  /** Nothing more will come. @param atMs - length of all audio */
  finish(atMs: number): void {
    this.#end(atMs);
    this.#send('', null, true);
  }

  /** A clause that has had no audio by now has none: it counts as heard with the one before. */
  #end(atMs: number): void {
    const clause = this.#clauses.at(-1);
    if (clause !== undefined && clause.endMs === Infinity) clause.endMs = atMs;
  }

  #send(text: string, audioStartMs: number | null, isComplete: boolean): void {
    const { output, responseId } = this.#options;
    output.event({
      type: 'response.output_audio_transcript.delta',
      response_id: responseId,
      delta: this.#chunkIndex === 0 || text === '' ? text : ` ${text}`,
      chunk_index: this.#chunkIndex++,
      is_complete: isComplete,
      timestamp: output.nowMs(),
      audio_start_ms: audioStartMs,
    });
  }
}
