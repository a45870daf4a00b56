import { mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { LogWatch } from '../../../test/support/log-watch.ts';
import { FakeClock } from '../../base/lib/clock.fake.ts';
import { Problems } from '../../base/lib/problems.ts';
import { Writable } from 'node:stream';
import { pino } from 'pino';
import type { SpeechAudio } from '@parley/shared/audio/opus-packet';
import type { CallEvent } from '../../call/events/call-events.ts';
import { FailedAudio, type FailedAudioOptions } from './failed-audio.ts';
import { FakeOpus } from '../../base/lib/opus-thread.fake.ts';

const HOUR_MS = 3_600_000;
const clock = new FakeClock();
let root: string;
let dir: string;
const problems = new Problems(clock);
const logs = new LogWatch();

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'parley-failed-'));
  dir = join(root, 'failed-audio');
  logs.lines.length = 0;
});
afterEach(() => rm(root, { recursive: true, force: true }));

function open(options: Partial<FailedAudioOptions> = {}): FailedAudio {
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      logs.add(chunk.toString('utf8'));
      done();
    },
  });
  return new FailedAudio({
    dir,
    opus: new FakeOpus(),
    clock,
    logger: pino({ base: null }, sink),
    problems,
    ...options,
  });
}

interface Change {
  readonly itemId?: string;
  readonly audio?: readonly SpeechAudio[];
}

function failure(change: Change = {}): CallEvent {
  const audio = change.audio ?? [Int16Array.of(1, -2), new Int16Array(1_598)];
  return {
    type: 'utterance-failed',
    atMs: Date.UTC(2026, 0, 2, 3, 4, 5),
    sessionId: 'sess_1',
    userId: 'guest_1',
    turnId: 'turn_1',
    itemId: change.itemId ?? 'item_1',
    utterance: 3,
    responseId: 'resp_1',
    code: 'transcriber_timeout',
    provider: 'scripted',
    audio: () => audio,
  };
}

it('keeps what was said beside what is known of it, for the operator alone', async () => {
  await using failed = open();
  failed.observe(failure());
  await failed.idle();
  const stem = '2026-01-02T03-04-05-000Z-sess_1-item_1';
  expect(await readdir(dir)).toEqual([`${stem}.json`, `${stem}.wav`]);
  expect(JSON.parse(await readFile(join(dir, `${stem}.json`), 'utf8'))).toEqual({
    at: '2026-01-02T03:04:05.000Z',
    duration_ms: 100,
    error: 'transcriber_timeout',
    provider: 'scripted',
    session_id: 'sess_1',
    item_id: 'item_1',
    utterance: 3,
    response_id: 'resp_1',
  });
  const wav = await readFile(join(dir, `${stem}.wav`));
  expect(wav.length).toBe(44 + 3_200);
  expect(wav.toString('latin1', 0, 4) + wav.toString('latin1', 8, 16)).toBe('RIFFWAVEfmt ');
  expect([wav.readUInt32LE(24), wav.readUInt32LE(40)]).toEqual([16_000, 3_200]);
  expect([wav.readInt16LE(44), wav.readInt16LE(46)]).toEqual([1, -2]);
  expect((await stat(join(dir, `${stem}.wav`))).mode & 0o777).toBe(0o600);
});

it('decodes what was said in Opus', async () => {
  await using failed = open();
  const packets = [Uint8Array.of(1, 2), Uint8Array.of(3)];
  failed.observe(failure({ audio: packets.map((packet) => ({ packet, durationMs: 100 })) }));
  await failed.idle();
  const name = (await readdir(dir)).find((file) => file.endsWith('.wav'))!;
  const wav = await readFile(join(dir, name));
  const samples = [0, 1, 2].map((index) => wav.readInt16LE(44 + index * 2));
  expect([wav.length, ...samples]).toEqual([44 + 6, 1, 2, 3]);
});

it('never writes outside its folder, even if an id holds a path', async () => {
  await using failed = open();
  failed.observe(failure({ itemId: '../../../escaped/%2e%2e/\0' }));
  await failed.idle();
  expect(await readdir(root)).toEqual(['failed-audio']);
  expect(await readdir(dir)).toHaveLength(2);
});

it('deletes what is older than a day, at the start and every hour', async () => {
  await using first = open();
  first.observe(failure());
  first.observe(failure({ itemId: 'item_2' }));
  await first.idle();
  await writeFile(join(dir, 'notes.txt'), 'not ours');
  const makeOld = async (item: string) => {
    const old = new Date(Date.now() - 25 * HOUR_MS);
    for (const name of await readdir(dir)) {
      if (name.includes(item) || name === 'notes.txt') await utimes(join(dir, name), old, old);
    }
  };
  await makeOld('item_1');
  await using second = open();
  await second.idle();
  const names = await readdir(dir);
  expect(names.filter((name) => name.includes('item_1'))).toEqual([]);
  expect(names).toHaveLength(3);

  await makeOld('item_2');
  await clock.advance(HOUR_MS);
  // Both look at the folder now.
  await Promise.all([first.idle(), second.idle()]);
  expect(await readdir(dir)).toEqual(['notes.txt']);
});

it('stays within its bound by giving up the oldest', async () => {
  await using failed = open({ maxBytes: 3 * 4_300 });
  for (let item = 1; item <= 5; item++) {
    failed.observe(failure({ itemId: `item_${item}` }));
    await failed.idle();
    const soon = new Date(Date.now() - (10 - item) * 60_000);
    for (const name of await readdir(dir)) {
      if (name.includes(`item_${item}`)) await utimes(join(dir, name), soon, soon);
    }
  }
  const names = (await readdir(dir)).filter((name) => name.endsWith('.wav'));
  expect(names.map((name) => /item_\d/.exec(name)?.[0])).toEqual(['item_3', 'item_4', 'item_5']);
  failed.observe(failure({ itemId: 'huge', audio: [new Int16Array(100_000)] }));
  await failed.idle();
  expect((await readdir(dir)).join()).not.toContain('huge');
});

it('says once that the disk cannot be used, and does no more harm', async () => {
  await writeFile(dir, 'a file where the folder should be');
  await using failed = open();
  failed.observe(failure());
  failed.observe(failure({ itemId: 'item_2' }));
  await failed.idle();
  expect(logs.lines).toHaveLength(1);
  expect(problems.list()).toMatchObject([{ code: 'data_not_written' }]);
  await rm(dir);
  failed.observe(failure({ itemId: 'item_3' }));
  await failed.idle();
  expect(problems.list()).toEqual([]);
});

it('holds no more than a few recordings in memory, and none after its end', async () => {
  const failed = open();
  for (let item = 0; item < 40; item++) failed.observe(failure({ itemId: `item_${item}` }));
  await failed[Symbol.asyncDispose]();
  failed.observe(failure({ itemId: 'late' }));
  await failed.idle();
  expect((await readdir(dir)).filter((name) => name.endsWith('.wav'))).toHaveLength(16);
});
