import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ROOT } from '../tools/project.ts';

const DOCUMENT = readFileSync(join(ROOT, 'docs/architecture.md'), 'utf8');

/** Files and folders in backticks; a folder ends with a slash. */
const PATHS = [...DOCUMENT.matchAll(/`((?:relay|web|shared|docs)\/[^`\s]*)`/g)].map(
  ([, path]) => path!,
);

it('docs/architecture.md names only files and folders that exist', () => {
  expect(PATHS.length).toBeGreaterThan(30);
  expect(PATHS.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
});

it('docs/architecture.md writes files with their whole path', () => {
  const files = [...DOCUMENT.matchAll(/`([\w./-]+\.(?:tsx?|mjs))`/g)].map(([, path]) => path!);
  expect(files.filter((path) => !PATHS.includes(path))).toEqual([]);
});

/** Rows of the two walks: a function and the file that holds it. */
const HOPS = [...DOCUMENT.matchAll(/^\| (\d+) \| `([^`]+)`.* \| `([^`]+)` \|$/gm)].map(
  ([, number, name, file]) => ({ number: Number(number), name: name!, file: file! }),
);

it('docs/architecture.md walks from hop to hop, each a function that is in its file', () => {
  const starts = HOPS.flatMap(({ number }, index) => (number === 1 ? [index] : []));
  expect(starts).toHaveLength(2);
  expect(starts[1]).toBeLessThanOrEqual(16);
  expect(HOPS.length - starts[1]!).toBeLessThanOrEqual(25);
  const missing = HOPS.filter(({ name, file }) => {
    const source = readFileSync(join(ROOT, file), 'utf8');
    return name.split('.').some((part) => !source.includes(part));
  });
  expect(missing).toEqual([]);
});

it('docs/architecture.md counts the async generators of a reply, at most seven', () => {
  const generators = DOCUMENT.split('\n').filter((line) => /^\| \d+ \|.*⟳/.test(line));
  expect(generators.length).toBeLessThanOrEqual(7);
  for (const line of generators) {
    const file = /`([^`]+)` \|$/.exec(line)![1]!;
    expect(readFileSync(join(ROOT, file), 'utf8')).toMatch(/async (function ?)?\*/);
  }
});
