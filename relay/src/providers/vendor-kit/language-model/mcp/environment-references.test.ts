import { expect, test } from 'vitest';
import { resolveReferences } from './mcp-config.ts';

const ENVIRONMENT = { KEY: 'k-1', HOST: 'shelf.example', EMPTY: '', NESTED: '${KEY}' };

test.each([
  ['Bearer ${KEY}', 'Bearer k-1'],
  ['https://${HOST}/${KEY}', 'https://shelf.example/k-1'],
  ['${PORT:-8080}', '8080'],
  ['${KEY:-other}', 'k-1'],
  ['${EMPTY}|${PORT:-}', '|'],
  // Values from the environment are not read again.
  ['${NESTED}', '${KEY}'],
  ['$KEY {KEY} ${} ${not a name} $${', '$KEY {KEY} ${} ${not a name} $${'],
])('%s becomes %s', (text, expected) => {
  expect(resolveReferences(text, ENVIRONMENT)).toEqual({ text: expected, unknown: [] });
});

test('names that are not set are reported', () => {
  const { unknown } = resolveReferences('${KEY}${ONE}${TWO:-2}${THREE}', ENVIRONMENT);
  expect(unknown).toEqual(['ONE', 'THREE']);
});
