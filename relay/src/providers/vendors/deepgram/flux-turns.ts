import type { TranscriptEvent } from '../../../call/stages/transcriber/transcriber.ts';
import { joinWords } from '../../vendor-kit/transcription/join-words.ts';
import type { FluxTurn } from './deepgram-events.ts';

/**
 * The words of one utterance, which Flux may divide into several turns: someone who thinks in the
 * middle of a sentence ends a turn and goes on.
 */
export class FluxTurns {
  readonly #language: string;
  readonly #ended: string[] = [];
  #current = '';
  #lastText = '';
  #endedAtSeconds: number | undefined;

  /** @param language - BCP 47 */
  constructor(language: string) {
    this.#language = language;
  }

  get text(): string {
    return joinWords([...this.#ended, this.#current], this.#language);
  }

  /** Position in the audio at which the last turn ended; undefined if none has, or words came since. */
  get endedAtSeconds(): number | undefined {
    return this.#current === '' ? this.#endedAtSeconds : undefined;
  }

  /** @returns the events it amounts to */
  hear(turn: FluxTurn): readonly TranscriptEvent[] {
    switch (turn.event) {
      case 'StartOfTurn':
      case 'Update':
        this.#current = turn.text;
        return this.#partial();
      case 'EagerEndOfTurn':
        this.#current = turn.text;
        this.#lastText = this.text;
        return [{ type: 'eager-end-of-turn', text: this.text }];
      case 'TurnResumed':
        this.#current = turn.text;
        return [{ type: 'turn-resumed' }, ...this.#partial()];
      case 'EndOfTurn':
        this.#ended.push(turn.text);
        this.#current = '';
        this.#endedAtSeconds = turn.endSeconds;
        this.#lastText = this.text;
        return this.text === '' ? [] : [{ type: 'end-of-turn', text: this.text }];
      default:
        return [];
    }
  }

  #partial(): readonly TranscriptEvent[] {
    if (this.text === '' || this.text === this.#lastText) return [];
    this.#lastText = this.text;
    return [{ type: 'transcript-partial', text: this.text }];
  }
}
