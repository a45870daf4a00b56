import { expect, it } from 'vitest';
import { lastReport, problemIn } from './run-bench-command.ts';

it('the report is the last object on standard output', () => {
  expect(lastReport('building\n{"bench":"turn"}\n{"bench":"load"}\n')).toEqual({ bench: 'load' });
  expect(lastReport('building\n')).toBeUndefined();
  expect(lastReport('{"bench":"tur')).toBeUndefined();
});

it('a problem is the last line of complaints, without paths of the machine', () => {
  expect(problemIn('Building …\nError: ENOENT, open /home/someone/x/y.wav.\n')).toBe(
    'Error: ENOENT, open …',
  );
  expect(problemIn('a | b')).toBe('a / b');
  expect(problemIn('x'.repeat(400))).toHaveLength(160);
  expect(problemIn('\n')).toBeUndefined();
});
