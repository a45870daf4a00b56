import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { FakeClock } from '../../base/lib/clock.fake.ts';
import { silentLogger } from '../../base/lib/logger.ts';
import { Problems } from '../../base/lib/problems.ts';
import { Journal } from './journal.ts';
import { JournalFiles } from './journal-files.ts';
import type { JournalRecord } from './records.ts';

let parent: string;
let clock: FakeClock;
let journal: Journal;
const written: number[] = [];
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'parley-journal-'));
  clock = new FakeClock();
  written.length = 0;
  journal = new Journal({
    files: new JournalFiles(join(parent, 'journal'), 1_000_000),
    connect: async () => {},
    write: async (records) => {
      written.push(records.length);
      return [];
    },
    onCaughtUp: async () => {},
    onState: () => {},
    clock,
    logger: silentLogger,
    problems: new Problems(clock),
  });
  journal.begin();
});
afterEach(async () => {
  await journal[Symbol.asyncDispose]();
  rmSync(parent, { recursive: true, force: true });
});

const append = (id: string) => journal.append({ type: 'session', id } as JournalRecord);

it('writes what comes within two seconds together', async () => {
  append('first');
  await clock.advance(1_900);
  append('second');
  expect(written).toEqual([]);
  await clock.advance(100);
  await expect.poll(() => written).toEqual([2]);
});

it('waits for no more as soon as it is asked for what it has', async () => {
  append('first');
  await clock.advance(100);
  await journal.drained(new AbortController().signal);
  expect(written).toEqual([1]);
});
