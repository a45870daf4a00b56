import { UPLINK_CHUNK_SAMPLES, type RelayEvent } from '@parley/shared';
import { sleep, systemClock } from '../../src/base/lib/clock.ts';
import { withDeadline } from '../../src/base/lib/deadline.ts';
import { connect, type Connection } from '../../talk/client/connection.ts';
import type { Tally } from './tally.ts';

const ANSWER_DEADLINE_MS = 15_000;
const CHUNK_MS = 100;
/** A question of three seconds. */
const CHUNKS = 30;
/** Between two questions: the answer, and some thought. */
const PAUSE_MS = 6_500;

export interface CallerOptions {
  readonly url: string;
  readonly token: string | undefined;
  readonly signal: AbortSignal;
}

export interface TypingTallies {
  /** Message → the reply has begun. */
  readonly handled: Tally;
  /** Message → the reply is there whole. */
  readonly answered: Tally;
}

/** Sends text messages, one after the answer to the other, which it reads. Never rejects. */
export async function type(
  options: CallerOptions,
  messages: number,
  { handled, answered }: TypingTallies,
): Promise<void> {
  let connection: Connection | undefined;
  let done = 0;
  try {
    connection = await connect(options);
    connection.send({ type: 'session.update', session: { output_modalities: ['text'] } });
    while (done < messages) {
      const sentMs = performance.now();
      const reply = awaitReply(connection, (ms) => handled.took(ms - sentMs));
      connection.send({
        type: 'conversation.item.create',
        item: {
          type: 'message',
          role: 'user',
          content: [{ type: 'input_text', text: `Message ${done + 1}` }],
        },
      });
      const { doneMs } = await reply;
      answered.took(doneMs - sentMs);
      done++;
    }
  } catch (error) {
    // Messages that it could not send any more failed as well.
    for (; done < messages; done++) answered.failed(error);
  } finally {
    await connection?.close();
  }
}

export interface TalkingTallies {
  /** Ping → pong: what the relay takes to handle a message for which it asks no provider. */
  readonly handled: Tally;
  /** End of speech → first audio. */
  readonly answered: Tally;
}

/** Asks aloud, listens and asks again until `endMs` of `performance.now()`. Never rejects. */
export async function talk(
  options: CallerOptions,
  { delayMs, endMs }: { readonly delayMs: number; readonly endMs: number },
  { handled, answered }: TalkingTallies,
): Promise<void> {
  const { signal } = options;
  let connection: Connection | undefined;
  try {
    await sleep(systemClock, delayMs, signal);
    connection = await connect(options);
  } catch (error) {
    return answered.failed(error);
  }
  // The connection pings by itself every few seconds.
  connection.listen({
    event(event, receivedMs) {
      if (event.type === 'pong') handled.took(receivedMs - event.client_ms);
    },
  });
  try {
    for (let utterance = 1; performance.now() < endMs; utterance++) {
      const sentMs = await ask(connection, utterance, signal);
      const { firstAudioMs } = await awaitReply(connection);
      if (firstAudioMs === undefined) answered.failed('a reply had no voice');
      else answered.took(firstAudioMs - sentMs);
      await sleep(systemClock, PAUSE_MS, signal);
    }
  } catch (error) {
    answered.failed(error);
  } finally {
    await connection.close();
  }
}

/** @param level - of its samples. @returns when its end was sent */
export async function ask(
  connection: Connection,
  utterance: number,
  signal: AbortSignal,
  level = 1_000,
) {
  const samples = new Int16Array(UPLINK_CHUNK_SAMPLES).fill(level);
  const startedAtMs = performance.now();
  connection.speechStarted(utterance, startedAtMs);
  for (let chunk = 1; chunk <= CHUNKS; chunk++) {
    await sleep(systemClock, startedAtMs + chunk * CHUNK_MS - performance.now(), signal);
    const startMs = startedAtMs + (chunk - 1) * CHUNK_MS;
    connection.sendAudio({ utterance, audio: samples, startMs, last: chunk === CHUNKS });
  }
  const sentMs = performance.now();
  connection.speechStopped(utterance, sentMs);
  return sentMs;
}

interface Reply {
  readonly doneMs: number;
  readonly firstAudioMs: number | undefined;
}

/** @throws Error if it fails, or does not come in time */
export function awaitReply(connection: Connection, onBegun?: (ms: number) => void): Promise<Reply> {
  const { promise, resolve, reject } = Promise.withResolvers<Reply>();
  let firstAudioMs: number | undefined;
  const stop = connection.listen({
    audio: (_, receivedMs) => {
      firstAudioMs ??= receivedMs;
    },
    event(event: RelayEvent, receivedMs) {
      if (event.type === 'response.created') onBegun?.(receivedMs);
      if (event.type === 'error') reject(new Error(event.code));
      if (event.type !== 'response.done') return;
      if (event.status === 'completed') resolve({ doneMs: receivedMs, firstAudioMs });
      else reject(new Error(`a reply was ${event.status} (${event.error?.code ?? 'no code'})`));
    },
    closed: (error) => reject(error ?? new Error('closed')),
  });
  const late = () => new Error('a reply did not come');
  return withDeadline(promise, ANSWER_DEADLINE_MS, systemClock, late).finally(stop);
}
