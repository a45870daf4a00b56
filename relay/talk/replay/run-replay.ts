import { readFile, stat } from 'node:fs/promises';
import { FlightFileError, readFlight } from '@parley/shared/flight/flight-file';
import { whyUnreadable } from '../client/speech-file.ts';
import { oneLine, paint, type CommandIo, type Output } from '../../tools/command-line.ts';
import { differencesOf, type Difference } from './differences.ts';
import { outlineOf, type Outline } from './outline.ts';
import { recordedSessions, type RecordedSession } from './recorded-session.ts';
import { replaySession } from './replay-call.ts';

/** Ten minutes of speech in base64, and as much again. */
const MAX_FILE_BYTES = 64 * 1024 * 1024;
const DIFFERENT = 1;

export interface ReplayCommand {
  readonly path: string;
  readonly url: string;
  readonly token: string | undefined;
  readonly accessCode: string | undefined;
  readonly voice: string | undefined;
  readonly language: string | undefined;
  /** By how much delays may differ. */
  readonly toleranceMs: number;
  readonly isJson: boolean;
}

/**
 * Replays a recording and prints how the call differed.
 *
 * @returns the exit status
 * @throws FlightFileError, its message a whole sentence; as `replaySession`
 */
export async function runReplay(command: ReplayCommand, io: CommandIo): Promise<number> {
  const { path, url, token, accessCode, voice, language, toleranceMs, isJson } = command;
  const sessions = await readSessions(path);
  const differences: Difference[] = [];
  const outlines: Outline[] = [];
  const { signal } = io;
  for (const session of sessions) {
    const entries = await replaySession(session, {
      ...{ url, token, accessCode, voice, signal },
      language: language ?? session.language,
    });
    const replayed = outlineOf(entries);
    outlines.push(replayed);
    differences.push(...differencesOf(outlineOf(session.entries), replayed, toleranceMs));
  }
  const print = isJson ? printJson : printForPeople;
  print(io.output, outlines, differences);
  return differences.length === 0 ? 0 : DIFFERENT;
}

/** @throws FlightFileError, its message a whole sentence */
export async function readSessions(path: string): Promise<readonly RecordedSession[]> {
  const text = await readText(path);
  try {
    return recordedSessions(readFlight(text));
  } catch (cause) {
    if (!(cause instanceof FlightFileError)) throw cause;
    throw new FlightFileError(`${path} ${cause.message}.`);
  }
}

async function readText(path: string): Promise<string> {
  try {
    const { size } = await stat(path);
    if (size <= MAX_FILE_BYTES) return await readFile(path, 'utf8');
  } catch (error) {
    throw new FlightFileError(`${path} ${whyUnreadable(error)}.`);
  }
  throw new FlightFileError(`${path} is too large to be a flight recording.`);
}

function printJson(
  output: Output,
  outlines: readonly Outline[],
  differences: readonly Difference[],
): void {
  for (const difference of differences) output.write(`${JSON.stringify({ difference })}\n`);
  const order = outlines.flatMap((outline) => outline.order);
  const transcripts = Object.assign({}, ...outlines.map(transcriptsOf)) as object;
  output.write(`${JSON.stringify({ equal: differences.length === 0, order, transcripts })}\n`);
}

const transcriptsOf = ({ transcripts }: Outline): object => Object.fromEntries(transcripts);

function printForPeople(
  output: Output,
  outlines: readonly Outline[],
  differences: readonly Difference[],
): void {
  for (const { order, transcripts } of outlines) {
    for (const key of order) {
      const words = transcripts.get(key);
      output.write(
        words === undefined ? `${key}\n` : `${key}: ${oneLine(words) || '(no words)'}\n`,
      );
    }
  }
  if (differences.length === 0) {
    output.write('The replay was like the recording.\n');
    return;
  }
  for (const { what, of, recorded, replayed } of differences) {
    const title = of === null ? what : `${what} of ${of}`;
    output.write(`\n${paint(output, 'bold', title)}\n`);
    output.write(`  recorded: ${oneLine(recorded ?? '(not there)')}\n`);
    output.write(`  replayed: ${oneLine(replayed ?? '(not there)')}\n`);
  }
}
