import { expect, it } from 'vitest';
import { tailMessageOf } from './log-tail.ts';

it('tells the message of a line from its other fields', () => {
  const line = {
    level: 'warn',
    time: '2026-11-23T16:00:00.000Z',
    msg: 'provider failed',
    sessionId: 'sess_1',
    err: { code: 'timeout' },
    tries: 3,
  };
  expect(tailMessageOf(JSON.stringify(line))).toEqual({
    kind: 'line',
    at: '2026-11-23T16:00:00.000Z',
    level: 'warn',
    message: 'provider failed',
    fields: 'sessionId=sess_1 err={"code":"timeout"} tries=3',
  });
});

it('keeps of a line no more than can be read', () => {
  const line = tailMessageOf(JSON.stringify({ msg: 'm'.repeat(9_000), stack: 's'.repeat(9_000) }));
  expect(JSON.stringify(line).length).toBeLessThan(3_000);
});

it('counts what the relay left out, and shows no other notice', () => {
  expect(tailMessageOf('{"dropped":12}')).toEqual({ kind: 'dropped', count: 12 });
  for (const text of ['{"filter":{}}', '{"dropped":"12"}', 'null', '[1', '"msg"']) {
    expect(tailMessageOf(text)).toBeNull();
  }
});
