import { Writable } from 'node:stream';
import { pino } from 'pino';
import { expect, it } from 'vitest';
import { settle } from '../../base/lib/clock.fake.ts';
import type { CallEvent } from './call-events.ts';
import { CallObservers, type CallObserver } from './call-observers.ts';

function setUp(observe: CallObserver['observe']) {
  const lines: Record<string, unknown>[] = [];
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(JSON.parse(chunk.toString('utf8')) as Record<string, unknown>);
      done();
    },
  });
  const events: CallEvent[] = [];
  let nowMs = 1_000;
  const observers = new CallObservers(
    [
      { name: 'first', observe },
      { name: 'second', observe: (event) => events.push(event) },
    ],
    { logger: pino({ base: null }, sink), wallMs: () => nowMs },
  );
  const pass = (ms: number) => (nowMs += ms);
  return { emit: observers.emitterOf('sess_1', 'guest_1'), events, lines, pass };
}

const STARTED = {
  type: 'session-started',
  conversationId: 'conv_1',
  kind: 'guest',
  plan: 'guest',
  client: 'test',
} as const;

it('stamps each event and hands it on before it returns', () => {
  const { emit, events, pass } = setUp(() => {});
  emit(STARTED);
  pass(5);
  emit({ type: 'limit-hit', limit: 'turns' });
  expect(events).toEqual([
    { ...STARTED, atMs: 1_000, sessionId: 'sess_1', userId: 'guest_1' },
    { type: 'limit-hit', limit: 'turns', atMs: 1_005, sessionId: 'sess_1', userId: 'guest_1' },
  ]);
});

it.each<[string, () => void]>([
  [
    'throws',
    () => {
      throw new Error('disk full');
    },
  ],
  ['rejects', async () => Promise.reject(new Error('disk full'))],
])('an observer that %s is logged and called again', async (_, fail) => {
  const seen: string[] = [];
  const { emit, events, lines } = setUp(({ type }) => {
    seen.push(type);
    return fail();
  });
  emit(STARTED);
  emit({ type: 'session-resumed' });
  await settle();
  expect(seen).toEqual(['session-started', 'session-resumed']);
  expect(events).toHaveLength(2);
  expect(lines).toMatchObject([
    { observer: 'first', event: 'session-started', err: { message: 'disk full' } },
  ]);
});

it('an observer that fails at each event is logged once a minute', () => {
  const { emit, lines, pass } = setUp(() => {
    throw new Error('disk full');
  });
  for (let second = 0; second < 120; second++) {
    emit({ type: 'session-resumed' });
    pass(1_000);
  }
  expect(lines.map(({ unlogged }) => unlogged)).toEqual([0, 59]);
});
