import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ROOT } from '../tools/project.ts';

const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const DOCUMENT = read('docs/security.md');

const THREATS = DOCUMENT.split('\n').filter((line) => /^\| (?!Threat|---)/.test(line));
const TEST = /\[([^\]]+)\]\(\.\.\/([^)]+\.(?:test|spec)\.tsx?)\)/g;

it('docs/security.md names a test for each threat', () => {
  expect(THREATS.length).toBeGreaterThan(50);
  expect(THREATS.filter((line) => line.match(TEST) === null)).toEqual([]);
});

it('docs/security.md names only tests that exist, by their titles', () => {
  const named = [...DOCUMENT.matchAll(TEST)].map(([, title, path]) => ({
    title: title!,
    path: path!,
  }));
  const missing = named.filter(({ title, path }) => {
    if (!existsSync(join(ROOT, path))) return true;
    // Of a test or of a group, also if it is made for each row of a table.
    const titles = read(path).matchAll(/\(\s*(['"`])(.+)\1\s*,/g);
    return ![...titles].some(([, , given]) => given === title);
  });
  expect(missing).toEqual([]);
});

it('the page makes no markup of words', () => {
  const sources = globSync('web/src/**/*.{ts,tsx}', { cwd: ROOT });
  expect(sources.length).toBeGreaterThan(100);
  const makes =
    /dangerouslySetInnerHTML|\.(?:inner|outer)HTML\s*\+?=(?!=)|insertAdjacentHTML|document\.write|\beval\(|new Function\(|srcdoc/i;
  expect(sources.filter((path) => makes.test(read(path)))).toEqual([]);
});
