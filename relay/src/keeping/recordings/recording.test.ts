import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readWav, readWavHeader } from '@parley/shared/audio/wav-reader';
import { systemClock } from '../../base/lib/clock.ts';
import { silentLogger } from '../../base/lib/logger.ts';
import { Problems } from '../../base/lib/problems.ts';
import { Recordings } from './recordings.ts';
import { RecordingReader } from './recording-reader.ts';
import { RecordingWriter } from './recording-writer.ts';
import { Sealing } from '../storage/sealing.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'parley-recording-'));
});
afterEach(() => rm(dir, { recursive: true }));

const KEY = randomBytes(32);
const SEALED = new Sealing({ key: KEY, oldKeys: [] });
const PLAIN = new Sealing({ key: undefined, oldKeys: [] });

const pathOf = (name: string) => join(dir, name);
const tone = (length: number, value: number) => new Int16Array(length).fill(value);

function writerOf(name: string, sealing = PLAIN, failures: unknown[] = []): RecordingWriter {
  return new RecordingWriter({
    ...{ path: pathOf(name), name, sealing },
    hasRoom: () => true,
    onWritten: () => {},
    onFailed: (error) => failures.push(error),
    onClosed: () => {},
  });
}

async function bytesOf(name: string, sealing = PLAIN, range?: readonly [number, number]) {
  const reader = await RecordingReader.open({ path: pathOf(name), name, sealing });
  const [start, end] = range ?? [0, reader.bytes];
  return Buffer.concat(await Array.fromAsync(reader.read(start, end)));
}

/** Both channels of the WAV file. */
async function channelsOf(name: string, sealing = PLAIN) {
  const wav = await bytesOf(name, sealing);
  const { format, data } = readWavHeader(wav);
  expect(format).toMatchObject({ channels: 2, sampleRateHz: 16_000, bytesPerSample: 2 });
  expect(data).toEqual({ at: 44, length: wav.length - 44 });
  const frames = (wav.length - 44) / 4;
  const channel = (offset: number) =>
    Array.from({ length: frames }, (_, frame) => wav.readInt16LE(44 + frame * 4 + offset));
  return { person: channel(0), voice: channel(2) };
}

it.each([
  ['plain', PLAIN],
  ['encrypted', SEALED],
])('both sides lie where they were said, with silence between: %s', async (_, sealing) => {
  const writer = writerOf('a', sealing);
  writer.samples({ kind: 'person', item: 1, start: 2 }, tone(3, 100));
  writer.samples({ kind: 'voice', item: 1, start: 6 }, tone(4, -7));
  writer.samples({ kind: 'person', item: 2, start: 12 }, tone(1, 5));
  await writer.close();
  const { person, voice } = await channelsOf('a', sealing);
  expect(person).toEqual([0, 0, 100, 100, 100, 0, 0, 0, 0, 0, 0, 0, 5]);
  expect(voice).toEqual([0, 0, 0, 0, 0, 0, -7, -7, -7, -7, 0, 0, 0]);
});

it('what was sent but not heard is not in it', async () => {
  const writer = writerOf('a');
  writer.samples({ kind: 'voice', item: 1, start: 0 }, tone(4, 1));
  writer.samples({ kind: 'voice', item: 1, start: 4 }, tone(4, 1));
  // By the clock first, and then by what the client says.
  writer.cut(1, 2);
  writer.cut(1, 5);
  writer.samples({ kind: 'voice', item: 2, start: 6 }, tone(2, 2));
  await writer.close();
  expect((await channelsOf('a')).voice).toEqual([1, 1, 1, 1, 1, 0, 2, 2]);
});

it('what arrived late lies where it was said', async () => {
  const writer = writerOf('a');
  writer.samples({ kind: 'voice', item: 1, start: 40_000 }, tone(1, 9));
  writer.samples({ kind: 'person', item: 1, start: 1 }, tone(2, 3));
  await writer.close();
  const { person, voice } = await channelsOf('a');
  expect(person.slice(0, 4)).toEqual([0, 3, 3, 0]);
  expect(voice.at(-1)).toBe(9);
});

it('goes on in the same file after it was stopped', async () => {
  const first = writerOf('a', SEALED);
  first.samples({ kind: 'person', item: 1, start: 0 }, tone(1, 1));
  await first.close();
  const second = writerOf('a', SEALED);
  second.samples({ kind: 'person', item: 2, start: 2 }, tone(1, 2));
  await second.close();
  expect((await channelsOf('a', SEALED)).person).toEqual([1, 0, 2]);
});

it('any part of the WAV file is that part of it', async () => {
  const writer = writerOf('a');
  for (let index = 0; index < 30; index++) {
    const samples = Int16Array.from({ length: 1_600 }, (_, sample) => index * 900 + sample);
    writer.samples({ kind: 'person', item: 1, start: index * 2_000 }, samples);
  }
  await writer.close();
  const whole = await bytesOf('a');
  expect(readWav(whole).samples).toHaveLength(29 * 2_000 + 1_600);
  const at = fc.nat({ max: whole.length });
  await fc.assert(
    fc.asyncProperty(at, at, async (a, b) => {
      const range = [Math.min(a, b), Math.max(a, b)] as const;
      const part = await bytesOf('a', PLAIN, range);
      expect(part.equals(whole.subarray(...range))).toBe(true);
    }),
    { numRuns: 25 },
  );
});

it('an encrypted one says nothing without its key, and cannot be moved', async () => {
  const writer = writerOf('a', SEALED);
  writer.samples({ kind: 'person', item: 1, start: 0 }, tone(500, 0x4142));
  await writer.close();
  expect((await readFile(pathOf('a'))).includes(Buffer.from('BABABA'))).toBe(false);
  await expect(channelsOf('a')).rejects.toThrow('unknown key');
  const rotated = new Sealing({ key: randomBytes(32), oldKeys: [KEY] });
  expect((await channelsOf('a', rotated)).person).toHaveLength(500);
  const moved = await RecordingReader.open({ path: pathOf('a'), name: 'b', sealing: SEALED });
  const wav = Buffer.concat(await Array.fromAsync(moved.read(44, moved.bytes)));
  expect(wav.every((byte) => byte === 0)).toBe(true);
});

it('one that was cut off anywhere still has all before that', async () => {
  const writer = writerOf('a');
  for (let index = 0; index < 10; index++) {
    writer.samples({ kind: 'person', item: 1, start: index * 10 }, tone(10, index + 1));
  }
  await writer.close();
  const { size } = await stat(pathOf('a'));
  for (let bytes = size - 1; bytes > size - 40; bytes--) {
    await truncate(pathOf('a'), bytes);
    const { person } = await channelsOf('a');
    expect(person.length % 10).toBe(0);
    expect(person.length).toBeGreaterThanOrEqual(80);
  }
});

it('a disk that takes nothing ends it, and is said once', async () => {
  const failures: unknown[] = [];
  const writer = writerOf(join('missing', 'folder'), PLAIN, failures);
  await writer.close();
  writer.samples({ kind: 'person', item: 1, start: 0 }, tone(10, 1));
  await writer.close();
  expect(failures).toHaveLength(1);
});

it('a disk that is too slow ends it, and what waits is let go of', async () => {
  const failures: unknown[] = [];
  const writer = writerOf('a', PLAIN, failures);
  // All before the disk can take anything in.
  for (let index = 0; index < 2_000; index++) {
    writer.samples({ kind: 'person', item: 1, start: index * 1_600 }, tone(1_600, 1));
  }
  expect(failures).toEqual([new Error('the disk is too slow')]);
  await writer.close();
  expect((await stat(pathOf('a'))).size).toBeLessThan(2_200_000);
});

it('recordings that run end once all of them take as much as they may', async () => {
  const problems = new Problems(systemClock);
  const maxBytes = 100_000;
  await using recordings = new Recordings({
    ...{ dir, maxBytes, sealing: PLAIN, clock: systemClock, logger: silentLogger, problems },
  });
  recordings.begin();
  const ended: string[] = [];
  const start = (id: string) => recordings.record(id, () => ended.push(id));
  await expect.poll(() => start('a')).toBeDefined();
  const writers = ['b', 'c'].map((id) => start(id)!);
  for (let second = 0; second < 4; second++) {
    for (const writer of writers) {
      writer.samples({ kind: 'person', item: 1, start: second * 16_000 }, tone(16_000, 7));
      await writer.flush();
    }
  }
  expect(ended.toSorted()).toEqual(['b', 'c']);
  expect(start('d')).toBeUndefined();
  expect(problems.list()).toEqual([]);
  const sizes = await Promise.all(['b', 'c'].map((id) => stat(pathOf(`${id}.rec`))));
  const total = sizes.reduce((sum, { size }) => sum + size, 0);
  expect(total).toBeGreaterThan(0.6 * maxBytes);
  expect(total).toBeLessThanOrEqual(maxBytes);
  // What was written until then can be heard.
  const reader = await recordings.read('b');
  expect(reader.bytes).toBeGreaterThan(32_000);
});
