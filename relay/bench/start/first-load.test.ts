import { expect, test } from 'vitest';
import { referencesIn } from './first-load.ts';

test('scripts, what they import at once, and styles are loaded first, each once', () => {
  const html = `<!doctype html><link rel="icon" href="/icon.svg" />
    <link rel="stylesheet" crossorigin href="/assets/main.css">
    <link rel="modulepreload" href="/assets/a.js"><link rel="preload" as="font" href="/f.woff2">
    <script type="module" crossorigin src="/assets/main.js"></script>
    <script>inline()</script><link rel="modulepreload" href="/assets/a.js">`;
  expect(referencesIn(html)).toEqual(['/assets/main.css', '/assets/a.js', '/assets/main.js']);
});
