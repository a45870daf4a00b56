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

/** Rows of the spine: a file, and a sentence that names what of it does the work. */
const SPINE = [...DOCUMENT.matchAll(/^\| \d+ \| `([^`]+)` \| (.*) \|$/gm)].map(
  ([, file, sentence]) => ({ file: file!, sentence: sentence! }),
);

it('docs/architecture.md names in the spine what is in each file', () => {
  expect(SPINE.length).toBeGreaterThan(20);
  const missing = SPINE.flatMap(({ file, sentence }) => {
    const source = readFileSync(join(ROOT, file), 'utf8');
    const names = [...sentence.matchAll(/`([^`]+)`/g)]
      .map(([, name]) => name!)
      .filter((name) => !name.includes('/'));
    return names.filter((name) => !source.includes(name)).map((name) => `${file}: ${name}`);
  });
  expect(missing).toEqual([]);
});
