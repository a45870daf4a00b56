import type { Traffic } from '../../simulators/kit/traffic.ts';

/** How long the three providers take for one turn, by script or really, ms. */
export interface ProviderMs {
  /** End of speech → final words. */
  readonly asr: number;
  /** Request → first text. */
  readonly llm: number;
  /** First clause → first audio. */
  readonly tts: number;
}

/** The name of a turn in each of its texts, so that it can be traced through the simulators. */
export function turnName(turn: number): string {
  return `Turn${turn}`;
}

/** The number of the turn that `text` names. */
export function turnIn(text: string): number | undefined {
  const found = /Turn(\d+)/.exec(text);
  return found === null ? undefined : Number(found[1]);
}

interface Connection {
  /** When the last message came in. */
  inMs: number;
  isEndOfSpeech: boolean;
  /** The turn whose first audio is still to come. */
  speaking: number | undefined;
  spokenToMs: number;
}

/**
 * Traces each turn through the traffic of the simulators: from the end of speech to the final
 * transcript, from a question to the first word of its answer, from the first clause to its first
 * audio. On a busy machine timers are late, so a simulator's delay is measured, not assumed.
 */
export class ProviderTimes {
  readonly #connections = new Map<number, Connection>();
  readonly #turns = new Map<number, { asr?: number; llm?: number; tts?: number }>();

  add(traffic: Traffic): void {
    const connection = this.#connectionOf(traffic.line);
    if (traffic.way === 'in') this.#heard(connection, traffic);
    else this.#answered(connection, traffic);
  }

  /** Removes and returns all turns of which all three times are known. */
  take(): Record<number, ProviderMs> {
    const whole: Record<number, ProviderMs> = {};
    for (const [turn, { asr, llm, tts }] of this.#turns) {
      if (asr === undefined || llm === undefined || tts === undefined) continue;
      whole[turn] = { asr, llm, tts };
      this.#turns.delete(turn);
    }
    return whole;
  }

  #heard(connection: Connection, { atMs, text }: Traffic): void {
    connection.inMs = atMs;
    connection.isEndOfSpeech = text?.includes('"Finalize"') === true;
    const turn = text === undefined ? undefined : turnIn(text);
    // Only the first clause names its turn; its audio is what is waited for.
    if (turn !== undefined) {
      connection.speaking = turn;
      connection.spokenToMs = atMs;
    }
  }

  #answered(connection: Connection, { atMs, text }: Traffic): void {
    const passedMs = atMs - connection.inMs;
    if (text === undefined) {
      if (connection.speaking !== undefined) {
        this.#note(connection.speaking, { tts: atMs - connection.spokenToMs });
      }
      connection.speaking = undefined;
      return;
    }
    const turn = turnIn(text);
    if (turn === undefined) return;
    if (text.includes('"choices"')) this.#note(turn, { llm: passedMs });
    else if (connection.isEndOfSpeech) this.#note(turn, { asr: passedMs });
  }

  /** The first time counts: later messages of the same turn were not waited for. */
  #note(turn: number, what: { asr?: number; llm?: number; tts?: number }): void {
    this.#turns.set(turn, { ...what, ...this.#turns.get(turn) });
  }

  #connectionOf(id: number): Connection {
    const known = this.#connections.get(id);
    if (known !== undefined) return known;
    const connection = { inMs: 0, isEndOfSpeech: false, speaking: undefined, spokenToMs: 0 };
    this.#connections.set(id, connection);
    return connection;
  }
}
