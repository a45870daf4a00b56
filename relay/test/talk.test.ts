import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LATENCY_SEGMENTS, ParleyError } from '@parley/shared';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { runTalk } from '../talk/run.ts';
import { readFlight } from '@parley/shared/flight/flight-file';
import { readWav } from '@parley/shared/audio/wav-reader';
import { encodeWav } from '@parley/shared/audio/wav-writer';
import { systemClock } from '../src/base/lib/clock.ts';
import { ScriptedGenerator, words } from './support/scripted-generator.ts';
import { startTestRelay, type TestRelay } from './support/test-relay.ts';

/** The documented shape of a line, and nothing beside it. */
const ms = z.int().min(0);
const lineSchema = z.strictObject({
  file: z.string().nullable(),
  text: z.string().optional(),
  trigger: z.literal('timer').optional(),
  transcript: z.string(),
  reply: z.string(),
  voice_to_voice_ms: ms.nullable(),
  timeline: z
    .strictObject(Object.fromEntries(LATENCY_SEGMENTS.map((segment) => [segment, ms])))
    .nullable(),
  interrupted: z.boolean(),
  error: z.strictObject({ code: z.string(), message: z.string() }).nullable(),
});

let relay: TestRelay;
let folder: string;
let beep: string;
beforeAll(async () => {
  relay = await startTestRelay();
  folder = await mkdtemp(join(tmpdir(), 'parley-talk-'));
  beep = join(folder, 'beep.wav');
  const tone = Int16Array.from({ length: 1_600 }, (_, index) => 8_000 * Math.sin(index / 4));
  await writeFile(beep, encodeWav(tone, 16_000));
});
afterAll(async () => {
  await relay[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

async function talk(...commandLine: readonly string[]) {
  let output = '';
  let errors = '';
  const status = await runTalk(commandLine, {
    output: { write: (text: string) => (output += text) },
    errors: { write: (text: string) => (errors += text) },
    signal: new AbortController().signal,
  });
  return { status, output, errors };
}

const linesOf = (output: string) =>
  output
    .trimEnd()
    .split('\n')
    .map((line) => lineSchema.parse(JSON.parse(line)));

describe.concurrent('for programs', () => {
  test('each turn is one line of the documented shape, in order, and there is nothing else', async () => {
    const { status, output, errors } = await talk(
      ...['--json', '--url', relay.url, '--text', 'Good morning', beep],
    );
    expect({ status, errors }).toEqual({ status: 0, errors: '' });
    const [typed, spoken, ...rest] = linesOf(output);
    expect(rest).toEqual([]);
    expect(typed).toMatchObject({
      file: null,
      text: 'Good morning',
      transcript: 'Good morning',
      reply: 'You said Good morning.',
      interrupted: false,
      error: null,
    });
    expect(spoken).toMatchObject({
      file: beep,
      transcript: expect.stringMatching(/^9600 samples /) as string,
      error: null,
    });
    expect(spoken!.timeline!['endpointing_ms']).toBeGreaterThanOrEqual(500);
    for (const { voice_to_voice_ms: total, timeline } of [typed!, spoken!]) {
      expect(Object.values(timeline!).reduce((sum, part) => sum + part, 0)).toBe(total);
    }
  });

  test('a turn that failed is in its line and in the exit status', async () => {
    await using failing = await startTestRelay({
      providers: {
        generator: new ScriptedGenerator({
          clock: systemClock,
          reply: () => [{ fail: new ParleyError('generator_failed') }],
        }),
      },
    });
    const { status, output } = await talk('--json', '--url', failing.url, '--text', 'Hello');
    expect(status).toBe(1);
    expect(linesOf(output)).toMatchObject([{ error: { code: 'generator_failed' } }]);
  });

  test('what comes unasked while waiting is told as such', async () => {
    await using ringing = await startTestRelay({
      providers: {
        generator: new ScriptedGenerator({
          clock: systemClock,
          reply: ({ reminders }) => {
            reminders.add({ label: 'egg', text: 'Done.', delayMs: 30 });
            return [words('Yes.')];
          },
        }),
      },
    });
    const { status, output } = await talk(
      ...['--json', '--url', ringing.url, '--text', 'Egg', '--wait', '1'],
    );
    expect(status).toBe(0);
    expect(linesOf(output)).toMatchObject([
      { text: 'Egg', reply: 'Yes.' },
      { file: null, trigger: 'timer', reply: 'Done.', error: null },
    ]);
  });
});

test.concurrent('people read who said what, and where the time went', async () => {
  const { output } = await talk('--url', relay.url, '--text', 'Good morning');
  expect(output).toMatch(/^Connected: .* \(First voice\)\.\n\n/);
  expect(output).toContain('\nYou     Good morning\nParley  You said Good morning.\n');
  expect(output).toMatch(
    / {8}\d+ ms = endpointing 0 \+ uplink \d+ \+ words 0 \+ .* playout \d+\n$/,
  );
});

test.concurrent('the replies can be kept', async () => {
  const path = join(folder, 'replies.wav');
  await talk('--url', relay.url, '--text', 'One', '--text', 'Two', '--out', path);
  const { sampleRateHz, samples } = readWav(await readFile(path));
  expect(sampleRateHz).toBe(16_000);
  // "You said One." and "You said Two.", at 20 ms a character.
  expect(samples).toHaveLength(2 * 13 * 320);
});

test.concurrent('the call can be recorded, with its speech', async () => {
  const path = join(folder, 'call.flight.jsonl');
  const { status } = await talk('--url', relay.url, beep, '--record', path);
  const { header, entries } = readFlight(await readFile(path, 'utf8'));
  expect({ status, header }).toMatchObject({ status: 0, header: { client: 'terminal' } });
  const audio = entries.filter((entry) => entry.kind === 'sent-audio');
  expect(audio.reduce((sum, { samples }) => sum + samples, 0)).toBe(9_600);
  expect(audio.every(({ pcm }) => pcm !== undefined)).toBe(true);
  const events = entries.flatMap((entry) => (entry.kind === 'received' ? [entry.event.type] : []));
  expect(events[0]).toBe('session.created');
  expect(events).toContain('response.done');
});

describe.concurrent('what cannot be used is refused before a call is made', () => {
  const nowhere = ['--url', 'http://127.0.0.1:9'];
  test.each<[string, () => Promise<readonly string[]> | readonly string[], string]>([
    ['a wrong option', () => ['--loud'], "Unknown option '--loud'."],
    ['nothing to say', () => [], 'There is nothing to say'],
    ['a missing file', () => [join(folder, 'none.wav')], 'none.wav does not exist.\n'],
    ['a folder', () => [folder], ' is a folder.\n'],
    ['an empty file', () => file('empty.wav', new Uint8Array()), 'empty.wav is empty.\n'],
    ['no WAV', () => file('text.wav', Buffer.from('Hello')), 'text.wav is not a WAV file.\n'],
    [
      'silence',
      () => file('still.wav', encodeWav(new Int16Array(16_000), 16_000)),
      'still.wav holds nothing but silence.\n',
    ],
    ['no place to write', () => [beep, '--out', join(folder, 'no', 'o.wav')], 'cannot be written'],
    ['a folder to write', () => [beep, '--out', folder], 'is a folder'],
    ['no place to record', () => [beep, '--record', join(folder, 'no', 'o')], '--record: '],
  ])('%s', async (_, commandLine, sentence) => {
    const { status, output, errors } = await talk(...nowhere, ...(await commandLine()));
    expect({ status, output }).toEqual({ status: 2, output: '' });
    expect(errors).toContain(sentence);
  });

  async function file(name: string, bytes: Uint8Array): Promise<readonly string[]> {
    const path = join(folder, name);
    await writeFile(path, bytes);
    return [path];
  }
});

test.concurrent('a server that is not there is one sentence and exit status 1', async () => {
  const gone = await startTestRelay();
  await gone[Symbol.asyncDispose]();
  expect(await talk('--json', '--url', gone.url, '--text', 'Hello')).toEqual({
    status: 1,
    output: '',
    errors: `No server could be reached at ${gone.url} (ECONNREFUSED).\n`,
  });
});

test.concurrent('help is on standard output', async () => {
  const { status, output } = await talk('--help');
  expect(status).toBe(0);
  expect(output).toContain('npm run talk -- FILE.wav');
});
