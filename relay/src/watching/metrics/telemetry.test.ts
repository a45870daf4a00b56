import { mkdir, mkdtemp, readFile, rm, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { pino } from 'pino';
import { MetricsFile } from './telemetry.ts';
import { RecordedSession } from './session-record.ts';

const END = {
  atMs: 1_000,
  durationMs: 2_000,
  traffic: { framesIn: 1, bytesIn: 2, framesOut: 3, bufferedBytes: 0 },
};

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parley-metrics-'));
});
afterEach(() => rm(folder, { recursive: true }));

function open(path: string, maxBytes?: number) {
  const lines: string[] = [];
  const logger = pino({}, { write: (line: string) => void lines.push(line) });
  const file = new MetricsFile({ path, logger, ...(maxBytes !== undefined && { maxBytes }) });
  const append = (id: string) => file.append(new RecordedSession().toMetrics(id, END));
  return { file, append, lines };
}

async function idsIn(path: string): Promise<string[]> {
  const text = await readFile(path, 'utf8');
  return text
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { session_id: string }).session_id);
}

it('appends a line for each session, in order, also to what is there', async () => {
  const path = join(folder, 'metrics.jsonl');
  for (const ids of [['a', 'b'], ['c']]) {
    const { file, append } = open(path);
    for (const id of ids) append(id);
    await file[Symbol.asyncDispose]();
  }
  expect(await idsIn(path)).toEqual(['a', 'b', 'c']);
});

it('begins anew when it is full, and keeps the one before', async () => {
  const path = join(folder, 'metrics.jsonl');
  const { file, append } = open(path, 1);
  for (const id of ['a', 'b', 'c']) {
    append(id);
    await file[Symbol.asyncDispose]();
  }
  expect(await idsIn(path)).toEqual(['c']);
  expect(await idsIn(`${path}.1`)).toEqual(['b']);
});

it('warns once of a disk that takes nothing, and writes later what waited', async () => {
  const path = join(folder, 'metrics.jsonl');
  await mkdir(path);
  const { file, append, lines } = open(path);
  for (const id of ['a', 'b']) {
    append(id);
    await file[Symbol.asyncDispose]();
  }
  expect(lines.filter((line) => line.includes('cannot be written'))).toHaveLength(1);
  await rmdir(path);
  append('c');
  await file[Symbol.asyncDispose]();
  expect(await idsIn(path)).toEqual(['a', 'b', 'c']);
});
