import { expect, test } from 'vitest';
import { settle } from '../../../base/lib/clock.fake.ts';
import type { TranscriptEvent } from '../../../call/stages/transcriber/transcriber.ts';
import { SegmentUtterance, type Upload } from './segment-utterance.ts';

interface Sent {
  readonly samples: number;
  readonly signal: AbortSignal;
  readonly sent: () => void;
  readonly answer: (text: string) => void;
  readonly fail: (error: Error) => void;
  readonly onWords: (text: string) => void;
}

/** An utterance whose uploads the test answers by hand. */
function utterance() {
  const uploads: Sent[] = [];
  const upload: Upload = ({ length }, signal, { sent, words: onWords }) => {
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    uploads.push({ samples: length, signal, sent, answer: resolve, fail: reject, onWords });
    return promise;
  };
  const abort = new AbortController();
  const owedMs: number[] = [];
  const stream = new SegmentUtterance('test', upload, abort.signal, (ms) => owedMs.push(ms));
  const events: TranscriptEvent[] = [];
  const done = (async () => {
    for await (const event of stream.events) events.push(event);
  })();
  done.catch(() => {});
  return { stream, uploads, owedMs, abort, events, done };
}

const speech = (ms: number) => new Int16Array(ms * 16).fill(3_000);
const silence = (ms: number) => new Int16Array(ms * 16);
const final = (text: string) => ({ type: 'transcript-final', text, unrecognised: false });

test('an utterance is sent once it is over, and its words are passed on as they come', async () => {
  const { stream, uploads, events, done } = utterance();
  stream.push(speech(500));
  stream.push(speech(500));
  expect(uploads).toEqual([]);
  stream.finalize();
  uploads[0]!.onWords('good');
  await settle();
  uploads[0]!.answer(' good morning\n');
  await done;
  expect(uploads.map(({ samples }) => samples)).toEqual([16_000]);
  expect(events).toEqual([{ type: 'transcript-partial', text: 'good' }, final('good morning')]);
});

test('what was sent early is good enough where only silence followed', async () => {
  const { stream, uploads, events, done } = utterance();
  stream.push(speech(500));
  stream.speculate();
  stream.push(silence(300));
  stream.speculate();
  uploads[0]!.answer('good morning');
  stream.finalize();
  await done;
  expect(uploads).toHaveLength(1);
  expect(events.at(-1)).toEqual(final('good morning'));
});

test('what was sent early is given up where the person went on', async () => {
  const { stream, uploads, events, done } = utterance();
  stream.push(speech(500));
  stream.speculate();
  stream.push(speech(500));
  stream.finalize();
  expect(uploads.map(({ samples, signal }) => [samples, signal.aborted])).toEqual([
    [8_000, true],
    [16_000, false],
  ]);
  uploads[0]!.onWords('good');
  uploads[0]!.fail(new Error('aborted'));
  uploads[1]!.answer('good morning');
  await done;
  expect(events).toEqual([final('good morning')]);
});

test('an early failure is tried again at the end', async () => {
  const { stream, uploads, events, done } = utterance();
  stream.push(speech(500));
  stream.speculate();
  uploads[0]!.fail(new Error('lost'));
  await settle();
  stream.finalize();
  uploads[1]!.answer('good morning');
  await done;
  expect(events).toEqual([final('good morning')]);
});

test('the last failure is told', async () => {
  const { stream, uploads, done } = utterance();
  stream.push(speech(500));
  stream.finalize();
  uploads[0]!.fail(new Error('lost'));
  await expect(done).rejects.toThrow('lost');
});

test.each([0, 99])('%i ms of audio hold no words, and the server is not asked', async (ms) => {
  const { stream, uploads, events, done } = utterance();
  stream.push(speech(ms));
  stream.speculate();
  stream.finalize();
  await done;
  expect(events).toEqual([final('')]);
  expect(uploads).toEqual([]);
});

test('aborting stops the upload and ends the events', async () => {
  const { stream, uploads, abort, events, done } = utterance();
  stream.push(speech(500));
  stream.finalize();
  abort.abort();
  await done;
  expect(uploads[0]!.signal.aborted).toBe(true);
  expect(events).toEqual([]);
});

test.each([
  ['before its upload has left costs nothing', false, []],
  ['afterwards costs the whole of it', true, [500]],
])('an utterance that is given up %s', (_, isSent, owed) => {
  const { stream, uploads, owedMs, abort } = utterance();
  stream.push(speech(500));
  stream.finalize();
  if (isSent) uploads[0]!.sent();
  abort.abort();
  expect(owedMs).toEqual(owed);
});

test('more than ten minutes are not kept', async () => {
  const { stream, done } = utterance();
  const minute = speech(60_000);
  for (let minutes = 0; minutes < 11; minutes++) stream.push(minute);
  await expect(done).rejects.toMatchObject({ fault: 'overloaded', stage: 'transcriber' });
});
