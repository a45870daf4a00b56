import { UPLINK_CHUNK_SAMPLES, type RelayEventOf } from '@parley/shared';
import { connect, type Connection } from '../../talk/client/connection.ts';
import { sleep, systemClock } from '../../src/base/lib/clock.ts';
import { withDeadline } from '../../src/base/lib/deadline.ts';

const TURN = {
  // A short question: a second and a half.
  chunks: 15,
  chunkMs: 100,
  // Two seconds of answer, and half a second before the next question.
  pauseMs: 2_500,
  deadlineMs: 10_000,
};

export interface TalkerOptions {
  readonly url: string;
  readonly turns: number;
  /** The number of its first turn; the following count up. At most 32,767: it is said as a level. */
  readonly firstTurn: number;
  /** Wait before the call begins, so that talkers are not synchronised. */
  readonly delayMs: number;
  readonly signal: AbortSignal;
}

export interface Answered {
  readonly turn: number;
  /** End of speech sent → first audio frame received. */
  readonly ms: number;
  /** The relay's own account of it. */
  readonly timeline: RelayEventOf<'response.done'>['timeline'];
}

export interface Talk {
  /** For each turn in order. */
  readonly answered: readonly Answered[];
  readonly problems: readonly string[];
}

/** One session of a person who asks, listens, and asks again. */
export async function talk(options: TalkerOptions): Promise<Talk> {
  const { url, turns, firstTurn, delayMs, signal } = options;
  const answered: Answered[] = [];
  const problems: string[] = [];
  await sleep(systemClock, delayMs, signal);
  const connection = await connect({ url, signal });
  try {
    for (let utterance = 1; utterance <= turns && !signal.aborted; utterance++) {
      const turn = firstTurn + utterance - 1;
      answered.push(await takeTurn(connection, { utterance, turn }, signal));
      await sleep(systemClock, TURN.pauseMs, signal);
    }
  } catch (error) {
    problems.push(error instanceof Error ? error.message : String(error));
  } finally {
    await connection.close();
  }
  return { answered, problems };
}

async function takeTurn(
  connection: Connection,
  { utterance, turn }: { readonly utterance: number; readonly turn: number },
  signal: AbortSignal,
): Promise<Answered> {
  const samples = new Int16Array(UPLINK_CHUNK_SAMPLES).fill(turn);
  const startedAtMs = performance.now();
  connection.speechStarted(utterance, startedAtMs);
  for (let chunk = 1; chunk <= TURN.chunks; chunk++) {
    await sleep(systemClock, startedAtMs + chunk * TURN.chunkMs - performance.now(), signal);
    const startMs = startedAtMs + (chunk - 1) * TURN.chunkMs;
    connection.sendAudio({ utterance, audio: samples, startMs, last: chunk === TURN.chunks });
  }
  const reply = awaitReply(connection);
  const sentMs = performance.now();
  connection.speechStopped(utterance, sentMs);
  const { firstAudioMs, timeline } = await reply;
  return { turn, ms: firstAudioMs - sentMs, timeline };
}

async function awaitReply(connection: Connection) {
  let firstAudioMs: number | undefined;
  const { promise, resolve, reject } = Promise.withResolvers<{
    readonly firstAudioMs: number;
    readonly timeline: Answered['timeline'];
  }>();
  const stop = connection.listen({
    audio: (_, receivedMs) => {
      firstAudioMs ??= receivedMs;
    },
    event(event) {
      if (event.type === 'error') reject(new Error(event.code));
      if (event.type !== 'response.done') return;
      if (event.status === 'completed' && firstAudioMs !== undefined) {
        resolve({ firstAudioMs, timeline: event.timeline });
      } else reject(new Error(`a reply was ${event.status}`));
    },
    closed: (error) => reject(error ?? new Error('closed')),
  });
  const late = () => new Error('a reply did not come');
  return withDeadline(promise, TURN.deadlineMs, systemClock, late).finally(stop);
}
