import {
  appendFileSync,
  fstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { JournalFiles } from './journal-files.ts';

const MB = 1024 * 1024;

let parent: string;
let dir: string;
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'parley-journal-'));
  dir = join(parent, 'journal');
});
afterEach(() => rmSync(parent, { recursive: true, force: true }));

const line = (number: number) => JSON.stringify({ number, text: 'ä'.repeat(50) });

async function takeAll(files: JournalFiles): Promise<string[]> {
  const taken: string[] = [];
  for (;;) {
    const { lines, damaged, end } = await files.next();
    if (lines.length + damaged.length === 0) return taken;
    taken.push(...lines);
    files.taken(end);
  }
}

it('gives back what was appended, in its order, and leaves nothing behind', async () => {
  const files = new JournalFiles(dir, MB);
  for (let number = 0; number < 5_000; number++) files.append(line(number));
  expect(await takeAll(files)).toEqual(Array.from({ length: 5_000 }, (_, number) => line(number)));
  expect(files.isEmpty).toBe(true);
  expect(files.bytes).toBe(0);
  expect(readdirSync(dir)).toEqual(['position']);
  files.append(line(1));
  expect(await takeAll(files)).toEqual([line(1)]);
});

it('what was not taken is there for the next process, and what was is not', async () => {
  const first = new JournalFiles(dir, MB);
  first.append(line(1));
  const { end } = await first.next();
  first.append(line(2));
  first.taken(end);
  // The journal is not closed: the process was killed.
  const second = new JournalFiles(dir, MB);
  second.append(line(3));
  expect(await takeAll(second)).toEqual([line(2), line(3)]);
});

it('half a line and a changed one are set aside, the others are whole', async () => {
  const first = new JournalFiles(dir, MB);
  for (const number of [1, 2, 3]) first.append(line(number));
  const [name] = readdirSync(dir);
  const path = join(dir, name!);
  writeFileSync(path, readFileSync(path, 'utf8').replace('"number":2', '"number":9'));
  appendFileSync(path, '1234abcd {"number":4,"te');
  const second = new JournalFiles(dir, MB);
  second.append(line(5));
  const { lines, damaged, end } = await second.next();
  expect(lines).toEqual([line(1), line(3)]);
  expect(damaged).toHaveLength(1);
  second.taken(end);
  const rest = await second.next();
  expect(rest.damaged).toEqual(['1234abcd {"number":4,"te']);
  second.taken(rest.end);
  expect(await takeAll(second)).toEqual([line(5)]);
});

it('a position that is lost, or is no position, loses no line', async () => {
  const first = new JournalFiles(dir, MB);
  first.append(line(1));
  for (const text of ['', '{"segment":"x"}', '[]', '{"segment":-3,"offset":9}']) {
    writeFileSync(join(dir, 'position'), text);
    const { lines } = await new JournalFiles(dir, MB).next();
    expect(lines).toEqual([line(1)]);
  }
});

it('what is appended later does not count for those who wait for less', async () => {
  const files = new JournalFiles(dir, MB);
  expect(files.hasTaken(files.end)).toBe(true);
  files.append(line(1));
  const { end } = files;
  const batch = await files.next();
  files.append(line(2));
  expect(files.hasTaken(end)).toBe(false);
  files.taken(batch.end);
  expect([files.hasTaken(end), files.isEmpty]).toEqual([true, false]);
  await takeAll(files);
  expect([files.hasTaken(end), files.isEmpty]).toEqual([true, true]);
});

it('refuses what is more than its bound, until something was taken', async () => {
  const files = new JournalFiles(dir, 1_000);
  let kept = 0;
  while (files.append(line(kept))) kept++;
  expect(files.bytes).toBeLessThanOrEqual(1_000);
  expect(await takeAll(files)).toHaveLength(kept);
  expect(files.append(line(1))).toBe(true);
});

it('a line that is longer than what is read at once blocks nothing', async () => {
  const files = new JournalFiles(dir, 8 * MB);
  files.append(JSON.stringify('x'.repeat(2 * MB)));
  files.append(line(1));
  expect((await takeAll(files)).at(-1)).toBe(line(1));
});

it('names that are not its own are left alone', async () => {
  const files = new JournalFiles(dir, MB);
  files.append(line(1));
  writeFileSync(join(dir, 'notes.txt'), 'mine');
  await takeAll(new JournalFiles(dir, MB));
  expect(readdirSync(dir)).toContain('notes.txt');
});

it('a segment that is full is synced before it is closed, and the next one apart', async () => {
  const synced: number[] = [];
  const sync = async (descriptor: number) => {
    // The file is still open.
    expect(fstatSync(descriptor).isFile()).toBe(true);
    synced.push(fstatSync(descriptor).size);
  };
  const files = new JournalFiles(dir, 16 * MB, sync);
  const large = JSON.stringify({ text: 'a'.repeat(MB) });
  for (let number = 0; number < 5; number++) files.append(large);
  await files.flush();
  expect(synced).toHaveLength(2);
  expect(synced[0]).toBeGreaterThan(4 * MB);
  expect(synced[0]! + synced[1]!).toBe(files.bytes);
  await files.flush();
  expect(synced).toHaveLength(2);
  files.close();
});
