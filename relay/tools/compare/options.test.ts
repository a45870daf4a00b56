import { expect, test } from 'vitest';
import { UsageError } from '../command-line.ts';
import { parseCompareOptions } from './options.ts';

const parse = (commandLine: string) => parseCompareOptions(commandLine.split(' '));

test('what is not the comparison’s own is the bench’s', () => {
  expect(parse('turn --talkers 7 --base abc --rounds=8 --json')).toEqual({
    bench: 'turn',
    benchArguments: ['turn', '--talkers', '7'],
    sessions: undefined,
    base: 'abc',
    rounds: 8,
    isJson: true,
  });
  expect(parse('--base=HEAD~2 relay --sessions 50')).toMatchObject({
    bench: 'relay',
    base: 'HEAD~2',
    sessions: 50,
    rounds: undefined,
    isJson: false,
  });
  expect(parse('relay --help')).toBe('help');
});

test.each([
  ['--base HEAD', 'Which benchmark'],
  ['page', 'no benchmark "page"'],
  ['relay --base', '--base needs a value'],
  ['relay --base=', '--base needs a value'],
  ['relay --rounds 0', '--rounds: found "0", expected 1 to 100'],
  ['relay --rounds x', '--rounds: found "x"'],
  ['turn --sessions 5', '--sessions belongs to bench'],
  ['relay --baseline pipe', '--baseline belongs to npm run bench'],
  ['relay --profile=p', '--profile belongs to npm run bench'],
])('%j is refused in words', (commandLine, sentence) => {
  expect(() => parse(commandLine)).toThrow(UsageError);
  expect(() => parse(commandLine)).toThrow(sentence);
});
