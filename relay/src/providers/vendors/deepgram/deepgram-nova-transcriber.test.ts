import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { WebSocketServer, type WebSocket } from 'ws';
import { eventually } from '../../../../test/support/eventually.ts';
import { FakeClock } from '../../../base/lib/clock.fake.ts';
import { silentLogger } from '../../../base/lib/logger.ts';
import type {
  Transcription,
  TranscriptEvent,
} from '../../../call/stages/transcriber/transcriber.ts';
import { createNovaTranscriber } from './deepgram-nova-transcriber.ts';

/*
 * The vendor's rarer ways to answer, word for word: what the simulator, which is always in order,
 * does not do.
 */

let server: WebSocketServer;
let clock: FakeClock;
let transcriber: ReturnType<typeof createNovaTranscriber>;
let lines: WebSocket[];
let heard: string[];

beforeEach(async () => {
  lines = [];
  heard = [];
  clock = new FakeClock();
  server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  server.on('connection', (line) => {
    lines.push(line);
    line.on('message', (data, isBinary) => {
      heard.push(
        isBinary
          ? 'audio'
          : (JSON.parse((data as Buffer).toString('utf8')) as { type: string }).type,
      );
    });
  });
  await once(server, 'listening');
  transcriber = createNovaTranscriber(
    {
      baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      apiKey: 'key',
      model: 'nova-3',
    },
    { clock, logger: silentLogger, connectMs: 60_000, language: 'en-US' },
  );
});

afterEach(async () => {
  await transcriber[Symbol.asyncDispose]!();
  for (const line of server.clients) line.terminate();
  await new Promise((resolve) => server.close(resolve));
});

interface Results {
  readonly from: number;
  readonly to: number;
  readonly text: string;
  readonly final?: boolean;
  readonly fromFinalize?: boolean;
}

function say({ from, to, text, final = false, fromFinalize = false }: Results): void {
  lines.at(-1)!.send(
    JSON.stringify({
      type: 'Results',
      start: from,
      duration: to - from,
      is_final: final,
      from_finalize: fromFinalize,
      channel: { alternatives: [{ transcript: text, confidence: 1, words: [] }] },
    }),
  );
}

function open(): Promise<Transcription> {
  return transcriber.open({ language: 'en-US', signal: new AbortController().signal });
}

/** Half a second of speech. */
function talk(transcription: Transcription): void {
  transcription.push(new Int16Array(8_000).fill(1_000));
}

function hearAll(transcription: Transcription): Promise<TranscriptEvent[]> {
  return Array.fromAsync(transcription.events);
}

test('final segments are joined, and interim words stand after them', async () => {
  const transcription = await open();
  const iterator = transcription.events[Symbol.asyncIterator]();
  talk(transcription);
  say({ from: 0, to: 0.3, text: 'One two', final: true });
  expect((await iterator.next()).value).toMatchObject({ text: 'One two' });
  say({ from: 0.3, to: 0.4, text: 'three' });
  expect((await iterator.next()).value).toMatchObject({ text: 'One two three' });
  transcription.finalize();
  await eventually(() => heard.includes('Finalize'));
  say({ from: 0.3, to: 0.5, text: 'three four.', final: true, fromFinalize: true });
  expect((await iterator.next()).value).toEqual({
    type: 'transcript-final',
    text: 'One two three four.',
    unrecognised: false,
  });
});

test('where all words are final already, nothing is waited for', async () => {
  const transcription = await open();
  const iterator = transcription.events[Symbol.asyncIterator]();
  talk(transcription);
  say({ from: 0, to: 0.5, text: 'Yes.', final: true });
  await iterator.next();
  transcription.finalize();
  expect((await iterator.next()).value).toMatchObject({ type: 'transcript-final', text: 'Yes.' });
  expect(heard).not.toContain('Finalize');
});

test('a late answer about one utterance is not heard in the next', async () => {
  const release = transcriber.prepare!();
  const first = await open();
  talk(first);
  first.finalize();
  await eventually(() => heard.includes('Finalize'));
  say({ from: 0, to: 0.5, text: 'First.', final: true });
  expect((await hearAll(first)).at(-1)).toMatchObject({ text: 'First.' });

  const second = await open();
  expect(lines).toHaveLength(1);
  talk(second);
  say({ from: 0.5, to: 0.5, text: '', final: true, fromFinalize: true });
  say({ from: 0, to: 0.5, text: 'First.', final: true, fromFinalize: true });
  second.finalize();
  await eventually(() => heard.filter((type) => type === 'Finalize').length === 2);
  say({ from: 0.5, to: 1, text: 'Second.', final: true, fromFinalize: true });
  expect((await hearAll(second)).at(-1)).toMatchObject({ text: 'Second.' });
  release();
});

/** One utterance, ended by an answer to its `Finalize`. @param to - where the words end, seconds */
async function utterance(text: string, to = 0.5): Promise<void> {
  const transcription = await open();
  talk(transcription);
  transcription.finalize();
  await eventually(() => heard.includes('Finalize'));
  say({ from: 0, to, text, final: true, fromFinalize: true });
  expect((await hearAll(transcription)).at(-1)).toMatchObject({ text });
}

test('a connection that did not account for all audio hears no other person', async () => {
  const release = transcriber.prepare!();
  await utterance('My number is 4', 0.4);
  const next = await open();
  talk(next);
  await eventually(() => heard.at(-1) === 'audio');
  expect(lines).toHaveLength(2);
  release();
});

test('words that reach back into what another person said are not shown', async () => {
  const release = transcriber.prepare!();
  await utterance('My number is 42.');
  const next = await open();
  expect(lines).toHaveLength(1);
  talk(next);
  say({ from: 0.2, to: 0.9, text: 'is 42 hello' });
  const events: TranscriptEvent[] = [];
  const hearing = (async () => {
    for await (const event of next.events) events.push(event);
  })();
  await expect(hearing).rejects.toMatchObject({ fault: 'malformed' });
  expect(events).toEqual([]);
  release();
});

test('a Finalize without an answer is followed by the end of the stream', async () => {
  const transcription = await open();
  talk(transcription);
  transcription.finalize();
  await eventually(() => heard.includes('Finalize'));
  await clock.advance(500);
  await eventually(() => heard.includes('CloseStream'));
  say({ from: 0, to: 0.4, text: 'At last.', final: true });
  lines[0]!.send('{"type":"Metadata"}');
  expect((await hearAll(transcription)).at(-1)).toMatchObject({ text: 'At last.' });
  await eventually(() => server.clients.size === 0);
  expect([server.clients.size, clock.pendingTimers]).toEqual([0, 0]);
});

test('an answer that comes after all ends it too', async () => {
  const transcription = await open();
  talk(transcription);
  transcription.finalize();
  await eventually(() => heard.includes('Finalize'));
  await clock.advance(500);
  say({ from: 0, to: 0.5, text: 'Late.', final: true, fromFinalize: true });
  expect((await hearAll(transcription)).at(-1)).toMatchObject({ text: 'Late.' });
});

test('an idle connection is told to stay', async () => {
  const release = transcriber.prepare!();
  await eventually(() => lines.length === 1);
  await clock.advance(1_000);
  await clock.advance(4_000);
  await eventually(() => heard.includes('KeepAlive'));
  expect(heard).toEqual(['KeepAlive']);
  release();
});
