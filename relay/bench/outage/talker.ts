import { sleep, systemClock } from '../../src/base/lib/clock.ts';
import { connect, type Connection } from '../../talk/client/connection.ts';
import { ask, awaitReply, type CallerOptions } from '../load/caller.ts';
import { TURNS_EACH, type Answered } from './turns.ts';

/** Between an answer and the next question. */
const PAUSE_MS = 1_000;

/**
 * Asks aloud, one question after the other, until `endMs` of `performance.now()`. Never rejects.
 *
 * @param before - the level of its audio, by which the simulated recogniser names turns, begins
 *   after this
 */
export async function talkThrough(options: CallerOptions, before: number, endMs: number) {
  const answers: Answered[] = [];
  let connection: Connection | undefined;
  try {
    connection = await connect(options);
    for (let turn = 1; turn < TURNS_EACH && performance.now() < endMs; turn++) {
      const sentMs = await ask(connection, turn, options.signal, before + turn);
      const { firstAudioMs } = await awaitReply(connection);
      if (firstAudioMs === undefined) throw new Error('a reply had no voice');
      answers.push({ turn: before + turn, voiceMs: firstAudioMs, waitedMs: firstAudioMs - sentMs });
      await sleep(systemClock, PAUSE_MS, options.signal);
    }
    return { answers, error: undefined };
  } catch (error) {
    return { answers, error: error instanceof Error ? error.message : String(error) };
  } finally {
    await connection?.close();
  }
}
