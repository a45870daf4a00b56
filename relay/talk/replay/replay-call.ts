import type { RelayEvent } from '@parley/shared';
import type { FlightEntry } from '@parley/shared/flight/flight-schema';
import { readFlight } from '@parley/shared/flight/flight-file';
import { FlightRecorder } from '@parley/shared/flight/flight-recorder';
import { ClientError } from '@parley/shared/link/client-error';
import { atInstants, type SequencedEvent } from '@parley/shared/link/outbound';
import { sleep, systemClock } from '../../src/base/lib/clock.ts';
import { recordingOf } from '../client/call-recording.ts';
import { connect, type Connection, type ConnectOptions } from '../client/connection.ts';
import { outlineOf } from './outline.ts';
import type { RecordedSession, Step } from './recorded-session.ts';
import { ReplayNetwork } from './replay-network.ts';
import { ResponseIds } from './response-ids.ts';

/** How long a step waits for the response that it is about. */
const RESPONSE_DEADLINE_MS = 5_000;
/** How much longer than in the recording the end of a call may take to come. */
const END_GRACE_MS = 5_000;

export type ReplayOptions = Omit<ConnectOptions, 'recorder' | 'WebSocket' | 'timeZone'>;

/**
 * Plays what the client did in one recorded session against a server, at the recorded pace.
 *
 * @returns a recording of it
 * @throws as `connect`; ClientError or ParleyError if the call was lost
 */
export async function replaySession(
  recorded: RecordedSession,
  options: ReplayOptions,
): Promise<readonly FlightEntry[]> {
  const recorder = new FlightRecorder(performance.now(), { client: 'terminal' });
  const network = new ReplayNetwork();
  const connection = await connect({
    ...options,
    timeZone: recorded.timeZone,
    recorder,
    WebSocket: network.WebSocket,
  });
  const replay = new SessionReplay(recorded, connection, network);
  try {
    await replay.play(options.signal);
    await replay.untilAnswered(options.signal);
    return readFlight(recordingOf(recorder)).entries;
  } finally {
    network.mend();
    await connection.close();
  }
}

class SessionReplay {
  readonly #recorded: RecordedSession;
  readonly #connection: Connection;
  readonly #network: ReplayNetwork;
  readonly #recordedIds = new ResponseIds();
  readonly #replayedIds = new ResponseIds();
  readonly #over = new AbortController();
  #onEvent = () => {};
  /** Final words and responses, and responses that ended, so far. */
  #begun = 0;
  readonly #ended = new Set<string>();
  /** Our clock at `t` 0 of the recording; later if a step had to wait. */
  #zeroMs: number;

  constructor(recorded: RecordedSession, connection: Connection, network: ReplayNetwork) {
    this.#recorded = recorded;
    this.#connection = connection;
    this.#network = network;
    this.#zeroMs = performance.now() - recorded.t;
    for (const { event } of recorded.entries.filter((entry) => entry.kind === 'received')) {
      if (event.type === 'response.created') this.#recordedIds.add(event as never);
    }
    connection.listen({
      event: (event) => this.#received(event),
      closed: (error) => {
        this.#over.abort(error ?? new ClientError('connection_lost', 'The call was ended.'));
      },
    });
  }

  /** @throws the signal's reason when aborted; why the call was lost */
  async play(signal: AbortSignal): Promise<void> {
    const either = AbortSignal.any([signal, this.#over.signal]);
    for (const step of this.#recorded.steps) {
      await sleep(systemClock, this.#toOwn(step.t) - performance.now(), either);
      either.throwIfAborted();
      await this.#do(step, either);
    }
  }

  /** Waits until as much has come as in the recording, within reason. @throws as `play` */
  async untilAnswered(signal: AbortSignal): Promise<void> {
    const { order, endings } = outlineOf(this.#recorded.entries);
    const lastT = this.#recorded.entries.at(-1)?.t ?? 0;
    const hasCome = () => this.#begun >= order.length && this.#ended.size >= endings.size;
    await this.#until(hasCome, this.#toOwn(lastT) + END_GRACE_MS - performance.now(), signal);
  }

  async #do(step: Step, signal: AbortSignal): Promise<void> {
    switch (step.kind) {
      case 'cut':
        return this.#network.cut();
      case 'mend':
        this.#network.mend();
        return this.#connection.retryNow();
      case 'audio': {
        const { startMs, ...audio } = step.audio;
        return this.#connection.sendAudio({ ...audio, startMs: this.#toOwn(startMs) });
      }
      case 'event': {
        if (beginsTurn(step.event)) await this.#untilAnsweredBefore(step.t, signal);
        const event = await this.#withOwnIds(step.event, signal);
        if (event === undefined) return;
        this.#connection.send(atInstants(event, (t) => this.#toOwn(t)));
      }
    }
  }

  #toOwn(t: number): number {
    return this.#zeroMs + t;
  }

  #received(event: RelayEvent): void {
    switch (event.type) {
      case 'response.created':
        this.#replayedIds.add(event);
        this.#begun += 1;
        break;
      case 'conversation.item.input_audio_transcription.completed':
      case 'conversation.item.input_audio_transcription.failed':
        this.#begun += 1;
        break;
      case 'response.done':
        this.#ended.add(event.response_id);
        break;
      default:
    }
    this.#onEvent();
  }

  /** @returns undefined if it is about a response that there is not in this run */
  async #withOwnIds(
    event: SequencedEvent,
    signal: AbortSignal,
  ): Promise<SequencedEvent | undefined> {
    switch (event.type) {
      case 'input_audio_buffer.speech_started': {
        const { interrupts, ...rest } = event;
        const response_id = interrupts && (await this.#ownId(interrupts.response_id, signal));
        // Without it, the voice is cut off at once.
        if (interrupts === undefined || response_id === undefined) return rest;
        return { ...event, interrupts: { ...interrupts, response_id } };
      }
      case 'conversation.item.truncate':
      case 'response.cancel': {
        if (event.response_id === undefined) return event;
        const response_id = await this.#ownId(event.response_id, signal);
        return response_id === undefined ? undefined : { ...event, response_id };
      }
      default:
        return event;
    }
  }

  /**
   * Waits for what had been answered to the end when the recorded turn began: on a busier machine
   * that turn would interrupt it.
   */
  async #untilAnsweredBefore(t: number, signal: AbortSignal): Promise<void> {
    const answered = this.#recorded.entries.findLast((entry) => entry.t <= t && isAnswered(entry));
    if (answered?.kind !== 'received') return;
    const id = await this.#ownId(String(answered.event['response_id']), signal);
    if (id !== undefined) await this.#untilLate(() => this.#ended.has(id), signal);
  }

  async #ownId(recordedId: string, signal: AbortSignal): Promise<string | undefined> {
    const key = this.#recordedIds.keyOf(recordedId);
    if (key === undefined) return undefined;
    await this.#untilLate(() => this.#replayedIds.idOf(key) !== undefined, signal);
    return this.#replayedIds.idOf(key);
  }

  /** Waits if a response is late; what follows is then as late. */
  async #untilLate(condition: () => boolean, signal: AbortSignal): Promise<void> {
    const sinceMs = performance.now();
    await this.#until(condition, RESPONSE_DEADLINE_MS, signal);
    this.#zeroMs += performance.now() - sinceMs;
  }

  /** @throws the signal's reason when aborted; why the call was lost */
  async #until(condition: () => boolean, deadlineMs: number, signal: AbortSignal): Promise<void> {
    if (condition()) return;
    const met = new AbortController();
    this.#onEvent = () => {
      if (condition()) met.abort();
    };
    const lost = AbortSignal.any([signal, this.#over.signal]);
    await sleep(systemClock, deadlineMs, AbortSignal.any([lost, met.signal]));
    this.#onEvent = () => {};
    lost.throwIfAborted();
  }
}

const beginsTurn = ({ type }: SequencedEvent): boolean =>
  type === 'input_audio_buffer.speech_started' || type === 'conversation.item.create';

const isAnswered = (entry: FlightEntry): boolean =>
  entry.kind === 'received' &&
  entry.event.type === 'response.done' &&
  entry.event['status'] === 'completed';
