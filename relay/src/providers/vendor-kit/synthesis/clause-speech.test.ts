import { expect, it } from 'vitest';
import type { SpeechEvent } from '../../../call/stages/synthesizer/synthesizer.ts';
import { ClauseSpeech } from './clause-speech.ts';

const SAMPLES = Int16Array.from({ length: 1_000 }, (_, n) => (n * 37) % 30_000);
const BYTES = Buffer.from(SAMPLES.buffer);

async function samplesOf(clause: ClauseSpeech): Promise<number[]> {
  const events: SpeechEvent[] = await Array.fromAsync(clause);
  return events.flatMap((event) => (event.type === 'speech-audio' ? [...event.samples] : []));
}

it('puts audio together that was cut anywhere', async () => {
  const clause = new ClauseSpeech(0, 'Hello.', 1_000);
  for (const [from, to] of [
    [0, 1],
    [1, 2],
    [2, 501],
    [501, 501],
    [501, 1_200],
    [1_200, 2_000],
  ] as const) {
    expect(clause.pushAudio(BYTES.subarray(from, to).toString('base64'))).toBe(true);
  }
  clause.end();
  expect(clause.audioMs).toBe(1_000);
  expect(await samplesOf(clause)).toEqual([...SAMPLES]);
});

it('knows how much has not been read', async () => {
  const clause = new ClauseSpeech(0, 'Hello.', 1_000);
  const held: number[] = [];
  clause.onTaken = () => held.push(clause.heldMs);
  clause.pushAudio(BYTES.subarray(0, 800).toString('base64'));
  clause.pushAudio(BYTES.subarray(800).toString('base64'));
  expect(clause.heldMs).toBe(1_000);
  clause.end();
  await samplesOf(clause);
  expect(held).toEqual([600, 0]);
});

it('takes nothing for audio that is none', () => {
  const clause = new ClauseSpeech(0, 'Hello.', 1_000);
  expect(clause.pushAudio('')).toBe(true);
  expect(clause.pushAudio('?!')).toBe(false);
});

it('gives what came before a failure, and then the failure', async () => {
  const clause = new ClauseSpeech(0, 'Hello.', 1_000);
  clause.pushAudio(BYTES.toString('base64'));
  clause.fail(new Error('gone'));
  const iterator = clause[Symbol.asyncIterator]();
  expect((await iterator.next()).value?.type).toBe('speech-audio');
  await expect(iterator.next()).rejects.toThrow('gone');
  expect(clause.isEnded).toBe(true);
});
