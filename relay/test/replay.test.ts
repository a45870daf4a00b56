import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readFlight } from '@parley/shared/flight/flight-file';
import { systemClock } from '../src/base/lib/clock.ts';
import { runTalk } from '../talk/run.ts';
import { recordInterruptedCall } from './support/interrupted-call.ts';
import { ScriptedGenerator, words } from './support/scripted-generator.ts';
import { counting } from './support/scripted-synthesizer.ts';
import { finalWords, ScriptedTranscriber, transcriptOf } from './support/scripted-transcriber.ts';
import { startTestRelay, type TestRelay, type TestRelayOptions } from './support/test-relay.ts';

/** Other tests may hold the processor: delays are compared by a test of their own. */
const ANY_DELAY = ['--tolerance', '60000'];

const question = counting(1, 8_000);
const interruption = counting(9_000, 16_000);

/** The first answer takes long to say. */
const providers = () => ({
  generator: new ScriptedGenerator({
    clock: systemClock,
    reply: ({ history }) =>
      history.length === 1 ? [words('A long answer. '.repeat(40))] : [words('Yes.')],
  }),
});

let relay: TestRelay;
let folder: string;
let path: string;
beforeAll(async () => {
  relay = await startTestRelay({ providers: providers() });
  folder = await mkdtemp(join(tmpdir(), 'parley-replay-'));
  const { url } = relay;
  path = await file('call', await recordInterruptedCall({ url, question, interruption, pace: 5 }));
});
afterAll(async () => {
  await relay[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

async function file(name: string, text: string): Promise<string> {
  const where = join(folder, `${name}.flight.jsonl`);
  await writeFile(where, text);
  return where;
}

async function replay(...commandLine: readonly string[]) {
  let output = '';
  let errors = '';
  const status = await runTalk(['--replay', ...commandLine], {
    output: { write: (text: string) => (output += text) },
    errors: { write: (text: string) => (errors += text) },
    signal: new AbortController().signal,
  });
  return { status, output, errors };
}

test.concurrent('a call with an interruption and a lost connection replays to the same call', async () => {
  const { entries } = readFlight(await readFile(path, 'utf8'));
  const opened = entries.filter((entry) => entry.kind === 'connection' && entry.state === 'open');
  expect(opened).toHaveLength(2);
  const { status, output, errors } = await replay(
    ...[path, '--url', relay.url, '--json', ...ANY_DELAY],
  );
  expect({ status, errors, ...(JSON.parse(output) as object) }).toEqual({
    status: 0,
    errors: '',
    equal: true,
    order: [
      ...['utterance 1', 'response to speech 1', 'utterance 2', 'response to speech 2'],
      'response to text',
    ],
    // Every sample, in its place, over two connections.
    transcripts: {
      'utterance 1': transcriptOf(question),
      'utterance 2': transcriptOf(interruption),
    },
  });
});

test.concurrent('an answer that takes longer than the recorded one is not interrupted by the next turn', async () => {
  const late = new ScriptedGenerator({
    clock: systemClock,
    reply: ({ history }) =>
      history.length === 1
        ? [words('A long answer. '.repeat(40))]
        : [words('Well. '), { waitMs: 500 }, words('Yes.')],
  });
  await using other = await startTestRelay({ providers: { generator: late } });
  const { status, output } = await replay(path, '--url', other.url, ...ANY_DELAY);
  expect({ status, output }).toMatchObject({ status: 0 });
});

describe.concurrent('a difference is told, with exit status 1', () => {
  test.each<[string, TestRelayOptions['providers'], object]>([
    [
      'in the words',
      {
        transcriber: new ScriptedTranscriber({
          clock: systemClock,
          onFinal: (audio) => [
            finalWords(audio.length === 8_000 ? 'other words' : transcriptOf(audio)),
          ],
        }),
      },
      {
        what: 'transcript',
        of: 'utterance 1',
        recorded: transcriptOf(question),
        replayed: 'other words',
      },
    ],
    [
      'in how a response ended',
      {
        generator: new ScriptedGenerator({
          clock: systemClock,
          reply: ({ history }) => [
            words(history.length === 1 ? 'A long answer. '.repeat(40) : 'Yes.'),
            ...(history.at(-1)?.text === 'Thank you' ? [{ fail: new Error('broken') }] : []),
          ],
        }),
      },
      { what: 'ending', of: 'response to text', recorded: 'completed', replayed: 'failed' },
    ],
  ])('%s', async (_, changed, difference) => {
    await using other = await startTestRelay({ providers: { ...providers(), ...changed } });
    const { status, output } = await replay(path, '--url', other.url, '--json', ...ANY_DELAY);
    const lines = output.trimEnd().split('\n');
    expect(status).toBe(1);
    expect(lines.map((line) => JSON.parse(line) as object)).toContainEqual({ difference });
  });

  test('in delays beyond the tolerance, for people to read', async () => {
    const slow = new ScriptedGenerator({
      clock: systemClock,
      reply: ({ history }) =>
        history.length === 1
          ? [words('A long answer. '.repeat(40))]
          : [{ waitMs: 900 }, words('Yes.')],
    });
    await using other = await startTestRelay({ providers: { generator: slow } });
    const { status, output } = await replay(path, '--url', other.url, '--tolerance', '500');
    expect(status).toBe(1);
    expect(output).toMatch(
      /\ntiming of response to text\n {2}recorded: \d+ ms\n {2}replayed: \d+ ms\n/,
    );
  });
});

describe('what cannot be replayed is refused in a sentence, with exit status 2', () => {
  const withoutAudio = (text: string) => text.replaceAll(/,"pcm":"[^"]*"/g, '');
  test.each<[string, () => Promise<string>, string]>([
    ['no file', async () => join(folder, 'none'), 'none does not exist.\n'],
    ['another file', () => file('other', 'Hello'), 'is not a flight recording.\n'],
    [
      'a recording without audio',
      async () => file('mute', withoutAudio(await readFile(path, 'utf8'))),
      'holds no audio, so it cannot be replayed: audio is recorded only if the person agrees.\n',
    ],
    [
      'a recording of which nothing is left',
      async () => file('empty', (await readFile(path, 'utf8')).split('\n')[0]!),
      'holds nothing that the client sent.\n',
    ],
  ])('%s', async (_, make, sentence) => {
    const { status, output, errors } = await replay(await make(), '--url', 'http://127.0.0.1:9');
    expect({ status, output }).toEqual({ status: 2, output: '' });
    expect(errors).toContain(sentence);
  });
});
