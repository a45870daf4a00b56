import { constants } from 'node:fs';
import { access, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ParleyError } from '@parley/shared';
import { joinPcm16 } from '@parley/shared/audio/pcm16';
import { resamplePcm16 } from '@parley/shared/audio/pcm16-resampler';
import { encodeWav } from '@parley/shared/audio/wav-writer';
import { FlightFileError } from '@parley/shared/flight/flight-file';
import { ClientError } from '@parley/shared/link/client-error';
import { ownTimeZone } from '@parley/shared/time-zone';
import { readSpeechFile, SpeechFileError } from './client/speech-file.ts';
import type { Speech } from './client/speech.ts';
import { openCall, type Call } from './client/call.ts';
import { callRecorder, writeRecording } from './client/call-recording.ts';
import type { Turn } from './client/turn.ts';
import { oneLine, UNUSABLE, UsageError, type CommandIo } from '../tools/command-line.ts';
import { parseTalkOptions, TALK_USAGE, type TalkOptions, type TalkTurn } from './options.ts';
import { humanPrinter, jsonPrinter } from './print.ts';
import { runReplay } from './replay/run-replay.ts';

const FAILED = 1;

type Prepared =
  | { readonly said: TalkTurn & { readonly kind: 'file' }; readonly speech: Speech }
  | { readonly said: TalkTurn & { readonly kind: 'text' } };

/**
 * The whole command.
 *
 * @returns its exit status
 */
export async function runTalk(commandLine: readonly string[], io: CommandIo): Promise<number> {
  try {
    const options = parseTalkOptions(commandLine);
    if (options === 'help') {
      io.output.write(TALK_USAGE);
      return 0;
    }
    if (options.replayPath !== undefined) {
      const {
        replayPath: path,
        url,
        token,
        accessCode,
        voice,
        language,
        toleranceMs,
        isJson,
      } = options;
      const command = { path, url, token, accessCode, voice, language, toleranceMs, isJson };
      return await runReplay(command, io);
    }
    // All files are read before the call.
    const turns = await Promise.all(options.turns.map(prepare));
    if (options.outPath !== undefined) await requireWritable('--out', options.outPath);
    if (options.recordPath !== undefined) await requireWritable('--record', options.recordPath);
    return await converse(turns, options, io);
  } catch (error) {
    if (error instanceof UsageError) {
      io.errors.write(`${error.message}\nFor all options: npm run talk -- --help\n`);
      return UNUSABLE;
    }
    const isUnusable = error instanceof SpeechFileError || error instanceof FlightFileError;
    if (!isUnusable && !(error instanceof ClientError || error instanceof ParleyError)) throw error;
    io.errors.write(`${oneLine(error.message)}\n`);
    return isUnusable ? UNUSABLE : FAILED;
  }
}

async function converse(
  turns: readonly Prepared[],
  options: TalkOptions,
  io: CommandIo,
): Promise<number> {
  const { url, token, accessCode, voice, language, line } = options;
  const { outPath, recordPath, waitMs, isJson } = options;
  const recorder = recordPath === undefined ? undefined : callRecorder();
  const printer = isJson ? jsonPrinter(io.output) : humanPrinter(io.output);
  const call = await openCall({
    url,
    token,
    accessCode,
    voice,
    language,
    line,
    timeZone: ownTimeZone(),
    recorder,
    signal: io.signal,
  });
  const heard: Turn[] = [];
  try {
    printer.opened(call.session);
    for await (const [said, turn] of takeTurns(call, turns, waitMs)) {
      heard.push(turn);
      printer.turn(said, turn);
    }
  } finally {
    await call.close();
    if (recorder !== undefined) await writeRecording(recordPath!, recorder);
  }
  if (outPath !== undefined) await writeVoices(outPath, heard, io);
  if (call.lostBy !== undefined) throw call.lostBy;
  return heard.some(({ error }) => error !== null) ? FAILED : 0;
}

async function* takeTurns(
  call: Call,
  turns: readonly Prepared[],
  waitMs: number,
): AsyncGenerator<[said: TalkTurn | undefined, turn: Turn]> {
  for (const turn of turns) {
    if (call.lostBy !== undefined) return;
    const { said } = turn;
    yield [said, 'speech' in turn ? await call.say(turn.speech) : await call.write(turn.said.text)];
  }
  if (waitMs === 0) return;
  for await (const turn of call.listen(waitMs)) yield [undefined, turn];
}

async function prepare(said: TalkTurn): Promise<Prepared> {
  return said.kind === 'file' ? { said, speech: await readSpeechFile(said.path) } : { said };
}

/** Better to know before the call than after it. */
async function requireWritable(option: string, path: string): Promise<void> {
  try {
    const existing = await stat(path).catch(() => undefined);
    if (existing?.isDirectory() === true) throw new UsageError(`${option}: ${path} is a folder.`);
    await access(existing === undefined ? dirname(path) : path, constants.W_OK);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`${option}: ${path} cannot be written.`);
  }
}

/** The voices one after the other, at the rate of the first. */
async function writeVoices(path: string, turns: readonly Turn[], io: CommandIo): Promise<void> {
  const voices = turns.flatMap(({ voice }) => (voice === null ? [] : [voice]));
  const rateHz = voices[0]?.sampleRateHz;
  if (rateHz === undefined) {
    io.errors.write(`No voice was heard, so ${path} was not written.\n`);
    return;
  }
  const samples = voices.map(({ pieces, sampleRateHz }) =>
    resamplePcm16(joinPcm16(pieces), sampleRateHz, rateHz),
  );
  await writeFile(path, encodeWav(joinPcm16(samples), rateHz));
}
