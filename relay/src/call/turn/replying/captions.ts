import type { ClauseTrack } from '../../stages/synthesizer/clause-track.ts';
import type { ConversationOutput } from '../output.ts';

export interface CaptionsOptions {
  readonly responseId: string;
  readonly output: ConversationOutput;
  readonly track: ClauseTrack;
}

/** A reply as the client shows it: each clause once, and where its words lie in the audio. */
export class ReplyCaptions {
  readonly #options: CaptionsOptions;
  #chunkIndex = 0;
  /** Clauses that were sent. */
  #sent = 0;
  /** What the client knows of the clause that is spoken. */
  #sentTiming: readonly (number | undefined)[] = [];

  constructor(options: CaptionsOptions) {
    this.#options = options;
  }

  /** The voice begins a clause, or another voice goes on in it. */
  begun(clause: number): void {
    const { startMs } = this.#options.track.timing(clause)!;
    if (clause === this.#sent) this.#clause(clause, startMs);
    this.timed(clause);
  }

  /** More is known of where the clause's words lie. */
  timed(clause: number): void {
    const { output, track, responseId } = this.#options;
    const { startMs, audioMs, wordEndsMs } = track.timing(clause)!;
    const known = [clause, startMs, audioMs, wordEndsMs.length, wordEndsMs.at(-1)];
    if (known.every((value, index) => value === this.#sentTiming[index])) return;
    this.#sentTiming = known;
    output.event({
      type: 'response.output_audio_transcript.timed',
      response_id: responseId,
      clause,
      audio_start_ms: startMs,
      audio_ms: audioMs,
      word_ends_ms: [...wordEndsMs],
    });
  }

  /** The clause is there to be read, or for the client to speak. */
  shown(clause: number): void {
    if (clause === this.#sent) this.#clause(clause, null);
  }

  /** The client is to speak the clause, which was sent, from this character on. */
  handedBack(clause: number, fromCharacter: number): void {
    const { text } = this.#options.track.peek(clause)!;
    this.#send(text.slice(fromCharacter), null, { clause, from_character: fromCharacter });
  }

  /** Nothing more will come. */
  finish(): void {
    this.#send('', null, {});
  }

  #clause(clause: number, audioStartMs: number | null): void {
    this.#sent++;
    this.#send(this.#options.track.peek(clause)!.text, audioStartMs, { clause });
  }

  #send(
    text: string,
    audioStartMs: number | null,
    at: { readonly clause?: number; readonly from_character?: number },
  ): void {
    const { output, responseId } = this.#options;
    output.event({
      type: 'response.output_audio_transcript.delta',
      response_id: responseId,
      delta: this.#chunkIndex === 0 || text === '' ? text : ` ${text}`,
      chunk_index: this.#chunkIndex++,
      is_complete: text === '',
      timestamp: output.nowMs(),
      audio_start_ms: audioStartMs,
      ...at,
    });
  }
}
