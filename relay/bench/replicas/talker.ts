import { UPLINK_CHUNK_SAMPLES, type RelayEvent } from '@parley/shared';
import { sleep, systemClock } from '../../src/base/lib/clock.ts';
import { withDeadline } from '../../src/base/lib/deadline.ts';
import { connect, type Connection } from '../../talk/client/connection.ts';
import type { CallerOptions } from '../load/caller.ts';
import { turnIn, turnName } from '../turn/provider-times.ts';

const CHUNK_MS = 100;
const ANSWER_DEADLINE_MS = 20_000;
/** Numbers of turns that each of many talkers may use: they identify the turns. */
export const TURNS_EACH = 200;

export interface TalkerOptions extends CallerOptions {
  /** The number of its first turn, by which simulated vendors know it: 1 to 32,767. */
  readonly first: number;
  /** Length of what it says, in chunks of 100 ms. */
  readonly chunks: number;
}

/** Something that was said or typed. Instants are of `performance.now()`. */
export class TalkedTurn {
  readonly number: number;
  readonly isSpoken: boolean;
  /** Half of it is sent. */
  readonly halfway = Promise.withResolvers<void>();
  /** All of it is sent. */
  readonly said = Promise.withResolvers<void>();
  /** An answer has begun to be heard. */
  readonly voiced = Promise.withResolvers<void>();
  /** An answer came to its end. Rejects if the call ends before, or none comes in time. */
  readonly answered = Promise.withResolvers<void>();
  /** The end of what was said. */
  saidMs = Number.NaN;
  /** The beginning of the first answer that came to its end. */
  voiceMs = Number.NaN;
  /** Answers that came to their end. */
  answers = 0;

  constructor(number: number, isSpoken: boolean) {
    this.number = number;
    this.isSpoken = isSpoken;
    // Not each caller waits for all of them.
    this.answered.promise.catch(() => {});
  }
}

/** A person in a call whose relay may change. Each turn is known by its number. */
export class Talker {
  readonly turns: TalkedTurn[] = [];
  /** When the call went on over another connection. */
  readonly resumedMs: number[] = [];
  sentChunks = 0;
  /** Whether the call has ended, by itself or not. */
  isOver = false;
  readonly #options: TalkerOptions;
  readonly #connection: Connection;
  readonly #responses = new Map<string, { text: string; item: number; voiceMs: number }>();

  private constructor(options: TalkerOptions, connection: Connection) {
    this.#options = options;
    this.#connection = connection;
    connection.listen({
      event: (event, receivedMs) => this.#onEvent(event, receivedMs),
      audio: ({ item }, receivedMs) => this.#onVoice(item, receivedMs),
      closed: (error) => {
        this.isOver = true;
        const reason = error ?? new Error('The call is over.');
        for (const { answered } of this.turns) answered.reject(reason);
      },
    });
  }

  /** @throws ClientError or ParleyError if there is no call */
  static async start(options: TalkerOptions): Promise<Talker> {
    return new Talker(options, await connect(options));
  }

  /** The number of its next turn. */
  get next(): number {
    return this.#options.first + this.turns.length;
  }

  /** Begins to say or type something; the turn before should be over. */
  begin(how: 'spoken' | 'typed'): TalkedTurn {
    const turn = new TalkedTurn(this.next, how === 'spoken');
    this.turns.push(turn);
    const work = how === 'spoken' ? this.#speak(turn) : this.#type(turn);
    const late = () => new Error(`Turn ${turn.number} was not answered.`);
    void work
      .then(() => withDeadline(turn.answered.promise, ANSWER_DEADLINE_MS, systemClock, late))
      .catch((error: unknown) => turn.answered.reject(error));
    return turn;
  }

  close(): Promise<void> {
    return this.#connection.close();
  }

  async #speak(turn: TalkedTurn): Promise<void> {
    const { chunks, signal } = this.#options;
    const utterance = this.turns.length;
    // Its level is the number of the turn.
    const samples = new Int16Array(UPLINK_CHUNK_SAMPLES).fill(turn.number);
    const startedAtMs = performance.now();
    this.#connection.speechStarted(utterance, startedAtMs);
    for (let chunk = 0; chunk < chunks; chunk += 1) {
      const startMs = startedAtMs + chunk * CHUNK_MS;
      await sleep(systemClock, startMs + CHUNK_MS - performance.now(), signal);
      this.#connection.sendAudio({
        utterance,
        audio: samples,
        startMs,
        last: chunk === chunks - 1,
      });
      this.sentChunks += 1;
      if (chunk + 1 >= chunks / 2) turn.halfway.resolve();
    }
    turn.saidMs = performance.now();
    this.#connection.speechStopped(utterance, turn.saidMs);
    turn.said.resolve();
  }

  async #type(turn: TalkedTurn): Promise<void> {
    const content = [{ type: 'input_text' as const, text: turnName(turn.number) }];
    const item = { type: 'message', role: 'user', content } as const;
    turn.saidMs = performance.now();
    this.#connection.send({ type: 'conversation.item.create', item });
    await Promise.resolve();
  }

  #onVoice(item: number, receivedMs: number): void {
    for (const response of this.#responses.values()) {
      if (response.item === item && Number.isNaN(response.voiceMs)) response.voiceMs = receivedMs;
    }
    this.turns.at(-1)?.voiced.resolve();
  }

  #onEvent(event: RelayEvent, receivedMs: number): void {
    switch (event.type) {
      case 'session.resumed':
        this.resumedMs.push(receivedMs);
        return;
      case 'response.created':
        this.#responses.set(event.response_id, { text: '', item: event.item, voiceMs: Number.NaN });
        return;
      case 'response.output_audio_transcript.delta': {
        const response = this.#responses.get(event.response_id);
        if (response !== undefined) response.text += event.delta;
        return;
      }
      case 'response.done': {
        const response = this.#responses.get(event.response_id);
        this.#responses.delete(event.response_id);
        if (response === undefined || event.status !== 'completed') return;
        const turn = this.turns.find(({ number }) => number === turnIn(response.text));
        if (turn === undefined) return;
        turn.answers += 1;
        if (turn.answers === 1) turn.voiceMs = response.voiceMs;
        turn.answered.resolve();
      }
      // no default
    }
  }
}

/**
 * From the moment when an answer could be expected to its voice, if the call went on over another
 * connection since the answer before, ms.
 */
export function waitAfterResuming(
  { turns, resumedMs }: Pick<Talker, 'turns' | 'resumedMs'>,
  { number, saidMs, voiceMs }: TalkedTurn,
): number | undefined {
  const before = turns.findLast((turn) => turn.number < number && turn.voiceMs < voiceMs);
  const resumed = resumedMs.findLast((ms) => ms > (before?.voiceMs ?? 0) && ms < voiceMs);
  return resumed === undefined ? undefined : voiceMs - Math.max(resumed, saidMs);
}
