import { mkdtempSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RotatingFile } from './rotating-file.ts';

let dir: string;
beforeEach(() => void (dir = mkdtempSync(join(tmpdir(), 'parley-log-'))));
const opened: RotatingFile[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((file) => file[Symbol.asyncDispose]()));
  await rm(dir, { recursive: true, force: true });
});

function open(options: { readonly maxBytes?: number; readonly kept?: number } = {}) {
  const path = join(dir, 'logs', 'parley.log');
  const file = new RotatingFile({ path, maxBytes: 10, kept: 2, ...options });
  opened.push(file);
  const write = (text: string) =>
    new Promise<number>((resolve, reject) => {
      file.write(Buffer.from(text), (error, bytes) => (error ? reject(error) : resolve(bytes)));
    });
  return { path, write };
}

async function texts() {
  const folder = join(dir, 'logs');
  const names = (await readdir(folder)).toSorted();
  return Promise.all(
    names.map(async (name) => [name, await readFile(join(folder, name), 'utf8')] as const),
  );
}

describe('a rotating file', () => {
  it('makes its folder, and goes on with what an earlier process wrote', async () => {
    await open().write('one\n');
    expect(await open().write('two\n')).toBe(4);
    expect(await texts()).toEqual([['parley.log', 'one\ntwo\n']]);
  });

  it('is begun anew before it would be too large, and keeps some of the earlier ones', async () => {
    const { write } = open();
    for (const text of ['first\n', 'second\n', 'third\n', 'fourth\n', 'fifth\n']) {
      await write(text);
    }
    expect(await texts()).toEqual([
      ['parley.log', 'fifth\n'],
      ['parley.log.1', 'fourth\n'],
      ['parley.log.2', 'third\n'],
    ]);
  });

  it('keeps none of the earlier ones if it is told so', async () => {
    const { write } = open({ kept: 0 });
    await write('first\n');
    await write('second\n');
    expect(await texts()).toEqual([['parley.log', 'second\n']]);
  });

  it('says why it cannot be written, and is written once it can', async () => {
    const { write } = open();
    await writeFile(join(dir, 'logs'), 'a file in the place of the folder');
    await expect(write('one\n')).rejects.toMatchObject({ code: expect.stringMatching(/^E/) });
    await rm(join(dir, 'logs'));
    await mkdir(join(dir, 'logs'));
    expect(await write('one\n')).toBe(4);
  });
});
