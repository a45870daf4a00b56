import type { Traffic } from '../../simulators/kit/traffic.ts';

/** What the three providers really took for one turn, ms. */
export interface ProviderMs {
  readonly asr: number;
  readonly llm: number;
  readonly tts: number;
}

/** How a turn is called in everything that is said in it, so that it can be followed. */
export function turnName(turn: number): string {
  return `Turn${turn}`;
}

/** The number of the turn that `text` speaks of. */
export function turnIn(text: string): number | undefined {
  const found = /Turn(\d+)/.exec(text);
  return found === null ? undefined : Number(found[1]);
}

interface Line {
  /** When the last thing came in. */
  inMs: number;
  isEndOfSpeech: boolean;
  /** The turn whose first audio is still to come. */
  speaking: number | undefined;
  spokenToMs: number;
}

/**
 * Follows each turn through the simulators by what is said on their lines: from the end of speech
 * to its final words, from a question to the first word of its answer, from the first clause to
 * the first of its audio. Timers of a busy machine are late; only what really passed is not the
 * relay's doing.
 */
export class ProviderTimes {
  readonly #lines = new Map<number, Line>();
  readonly #turns = new Map<number, { asr?: number; llm?: number; tts?: number }>();

  add(traffic: Traffic): void {
    const line = this.#lineOf(traffic.line);
    if (traffic.way === 'in') this.#heard(line, traffic);
    else this.#answered(line, traffic);
  }

  /** All turns of which all three are known; they are then forgotten. */
  take(): Record<number, ProviderMs> {
    const whole: Record<number, ProviderMs> = {};
    for (const [turn, { asr, llm, tts }] of this.#turns) {
      if (asr === undefined || llm === undefined || tts === undefined) continue;
      whole[turn] = { asr, llm, tts };
      this.#turns.delete(turn);
    }
    return whole;
  }

  #heard(line: Line, { atMs, text }: Traffic): void {
    line.inMs = atMs;
    line.isEndOfSpeech = text?.includes('"Finalize"') === true;
    const turn = text === undefined ? undefined : turnIn(text);
    // Only the first clause names its turn; its audio is what is waited for.
    if (turn !== undefined) {
      line.speaking = turn;
      line.spokenToMs = atMs;
    }
  }

  #answered(line: Line, { atMs, text }: Traffic): void {
    const passedMs = atMs - line.inMs;
    if (text === undefined) {
      if (line.speaking !== undefined) {
        this.#note(line.speaking, { tts: atMs - line.spokenToMs });
      }
      line.speaking = undefined;
      return;
    }
    const turn = turnIn(text);
    if (turn === undefined) return;
    if (text.includes('"choices"')) this.#note(turn, { llm: passedMs });
    else if (line.isEndOfSpeech) this.#note(turn, { asr: passedMs });
  }

  /** The first time counts: what comes later of the same turn was not waited for. */
  #note(turn: number, what: { asr?: number; llm?: number; tts?: number }): void {
    this.#turns.set(turn, { ...what, ...this.#turns.get(turn) });
  }

  #lineOf(id: number): Line {
    const known = this.#lines.get(id);
    if (known !== undefined) return known;
    const line: Line = { inMs: 0, isEndOfSpeech: false, speaking: undefined, spokenToMs: 0 };
    this.#lines.set(id, line);
    return line;
  }
}
