import { expect, test } from 'vitest';
import { apiRoot } from './api-root.ts';

test.each([
  ['https://api.example', 'v1', 'https://api.example/v1'],
  ['https://api.example/', 'v1', 'https://api.example/v1'],
  ['https://api.example/v1', 'v1', 'https://api.example/v1'],
  ['https://proxy.example/claude/v1/', 'v1', 'https://proxy.example/claude/v1'],
  ['https://proxy.example/groq', 'openai/v1', 'https://proxy.example/groq/openai/v1'],
])('%s with %s is %s', (base, path, root) => {
  expect(apiRoot(base, path)).toBe(root);
});
