import { expect, test } from 'vitest';
import { apiRoot, asSocketUrl, onBase } from './vendor-url.ts';

test('a path goes onto a base with or without a path of its own', () => {
  expect(onBase('https://a.example', '/v1/speak')).toBe('https://a.example/v1/speak');
  expect(onBase('https://a.example/gate/', 'v1/speak')).toBe('https://a.example/gate/v1/speak');
});

test('queries are escaped, and what is undefined is left out', () => {
  expect(onBase('https://a.example', 'x', { q: 'a b&c', n: 1, off: undefined, on: true })).toBe(
    'https://a.example/x?q=a+b%26c&n=1&on=true',
  );
});

test('a WebSocket keeps the security of its base', () => {
  expect(asSocketUrl('https://a.example/x')).toBe('wss://a.example/x');
  expect(asSocketUrl('http://127.0.0.1:1/x')).toBe('ws://127.0.0.1:1/x');
});

test.each([
  ['https://api.example', 'v1', 'https://api.example/v1'],
  ['https://api.example/', 'v1', 'https://api.example/v1'],
  ['https://api.example/v1', 'v1', 'https://api.example/v1'],
  ['https://proxy.example/claude/v1/', 'v1', 'https://proxy.example/claude/v1'],
  ['https://proxy.example/groq', 'openai/v1', 'https://proxy.example/groq/openai/v1'],
])('%s with %s is %s', (base, path, root) => {
  expect(apiRoot(base, path)).toBe(root);
});
