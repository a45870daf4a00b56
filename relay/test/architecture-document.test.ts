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
