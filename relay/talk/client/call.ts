import type { LatencyMarks, RelayEvent, SessionDescription } from '@parley/shared';
import { ClientError } from '@parley/shared/link/client-error';
import { AsyncQueue } from '../../src/base/lib/async-queue.ts';
import { sleep, systemClock } from '../../src/base/lib/clock.ts';
import type { Speech } from './speech.ts';
import { connect, type CallFailure, type Connection, type ConnectOptions } from './connection.ts';
import { Replies, type Reply } from './replies.ts';
import { TurnWatch } from './turn-watch.ts';
import { turnOf, type Turn, type TurnParts } from './turn.ts';
import { uploadSpeech } from './upload.ts';

/** Most unasked replies that wait to be read; more are dropped. */
const MAX_UNASKED = 100;
/** How long an unasked reply may delay the next turn. */
const PAUSE_DEADLINE_MS = 60_000;

export interface CallOptions extends ConnectOptions {
  /** false: replies are asked for in writing only. */
  readonly isSpoken?: boolean;
  /** How many times faster than real time is spoken and listened here; for tests. */
  readonly speed?: number;
}

/** Opens a session. @throws as `connect` */
export async function openCall(options: CallOptions): Promise<Call> {
  const connection = await connect(options);
  if (options.isSpoken === false) {
    connection.send({ type: 'session.update', session: { output_modalities: ['text'] } });
  }
  return new Call(connection, options);
}

/** One session, talked to a turn at a time. */
export class Call {
  readonly #connection: Connection;
  readonly #signal: AbortSignal;
  readonly #speed: number;
  readonly #replies: Replies;
  readonly #unasked = new AsyncQueue<Reply>(MAX_UNASKED);
  readonly #over = new AbortController();
  #lostBy: CallFailure | undefined;
  #watch: TurnWatch | undefined;
  #nextUtterance = 1;
  #onReplyDone: () => void = () => {};

  constructor(connection: Connection, { signal, speed = 1 }: CallOptions) {
    this.#connection = connection;
    this.#signal = signal;
    this.#speed = speed;
    this.#replies = new Replies(speed);
    connection.listen({
      event: (event, receivedMs) => this.#event(event, receivedMs),
      audio: (frame, receivedMs) => {
        this.#replies.audio(frame, receivedMs);
        this.#watch?.progress();
      },
      closed: (error) => {
        this.#lostBy = error;
        this.#watch?.fail(error ?? new ClientError('connection_lost', 'The call was ended.'));
        this.#unasked.close();
        this.#over.abort();
      },
    });
  }

  get session(): SessionDescription {
    return this.#connection.session;
  }

  /** Why the server or the network ended the call, if they did. */
  get lostBy(): CallFailure | undefined {
    return this.#lostBy;
  }

  /**
   * Says it in real time, and listens to the reply to its end. What goes wrong with the turn is
   * in its `error`.
   *
   * @throws the signal's reason when aborted, and nothing else
   */
  async say(speech: Speech): Promise<Turn> {
    const utterance = this.#nextUtterance;
    this.#nextUtterance = (utterance % 0xffff) + 1;
    return this.#turn(utterance, async (watch) => {
      await uploadSpeech(this.#connection, speech, {
        utterance,
        speed: this.#speed,
        signal: AbortSignal.any([watch.heard, this.#over.signal]),
      });
      return {};
    });
  }

  /** Types it, and listens to the reply to its end. @throws as `say` */
  async write(text: string): Promise<Turn> {
    const turn = await this.#turn(null, async () => {
      this.#connection.send({
        type: 'conversation.item.create',
        item: { type: 'message', role: 'user', content: [{ type: 'input_text', text }] },
      });
      return { end_sent: this.#connection.toSessionMs(performance.now()) };
    });
    return { ...turn, transcript: text };
  }

  /**
   * Unasked replies, such as a timer that rings: those that came meanwhile, and
   * those that begin within `durationMs`. To be asked for once, after all turns.
   */
  async *listen(durationMs: number): AsyncGenerator<Turn, void, undefined> {
    const left = new AbortController();
    const signal = AbortSignal.any([left.signal, this.#over.signal]);
    const closing = sleep(systemClock, durationMs, signal)
      .then(() => this.#pause(signal))
      .then(() => this.#unasked.close());
    try {
      for await (const reply of this.#unasked) {
        await this.#heardOut(this.#over.signal);
        // It answers nothing, so there is nothing to measure its latency from.
        yield { ...this.#describe({ trigger: reply.trigger, reply }), latency: null };
      }
    } finally {
      left.abort();
      await closing;
    }
  }

  /** Ends the call. */
  close(): Promise<void> {
    return this.#connection.close();
  }

  async #turn(
    utterance: number | null,
    utter: (watch: TurnWatch) => Promise<LatencyMarks>,
  ): Promise<Turn> {
    // Speaking now would cut off what is being said unasked.
    await this.#pause(this.#over.signal);
    this.#signal.throwIfAborted();
    const watch = new TurnWatch({ utterance, replies: this.#replies, clock: systemClock });
    this.#watch = watch;
    let marks: LatencyMarks = {};
    try {
      marks = await utter(watch);
      watch.said();
    } catch (error) {
      watch.fail(error);
    }
    await watch.over;
    this.#watch = undefined;
    await this.#heardOut(this.#over.signal);
    this.#signal.throwIfAborted();
    const { transcript, reply, error } = watch;
    const trigger = utterance === null ? 'text' : 'speech';
    return this.#describe({ trigger, transcript, reply, error, marks });
  }

  #describe(parts: Omit<TurnParts, 'toSessionMs'>): Turn {
    if (parts.reply !== undefined) this.#replies.forget(parts.reply);
    return turnOf({ ...parts, toSessionMs: (ownMs) => this.#connection.toSessionMs(ownMs) });
  }

  #event(event: RelayEvent, receivedMs: number): void {
    this.#replies.event(event, receivedMs);
    this.#watch?.event(event);
    if (event.type !== 'response.done') return;
    if (event.response_id !== this.#watch?.reply?.id) {
      const reply = this.#replies.find(({ id }) => id === event.response_id);
      // One that does not fit into the queue must not be kept for ever.
      if (reply !== undefined && !this.#unasked.push(reply)) this.#replies.forget(reply);
    }
    this.#onReplyDone();
  }

  /** Waits until nothing is being said, within reason. */
  async #pause(signal: AbortSignal): Promise<void> {
    const deadline = AbortSignal.timeout(PAUSE_DEADLINE_MS);
    const either = AbortSignal.any([signal, deadline]);
    while (this.#replies.running.length > 0 && !either.aborted) {
      await new Promise<void>((resolve) => {
        this.#onReplyDone = resolve;
        either.addEventListener('abort', () => resolve(), { once: true });
      });
    }
    await this.#heardOut(signal);
  }

  async #heardOut(signal: AbortSignal): Promise<void> {
    await sleep(systemClock, this.#replies.heardOutMs - performance.now(), signal);
  }
}
