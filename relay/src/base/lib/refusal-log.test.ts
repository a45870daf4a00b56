import { pino } from 'pino';
import { expect, it } from 'vitest';
import { FakeClock } from './clock.fake.ts';
import { RefusalLog } from './refusal-log.ts';

function open() {
  const clock = new FakeClock();
  const lines: Record<string, unknown>[] = [];
  const logger = pino(
    { base: null, timestamp: false },
    { write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>) },
  );
  const log = new RefusalLog({ logger, clock, maxOfOne: 10 });
  const refuse = (client: string | undefined, times: number) => {
    for (let time = 0; time < times; time++) log.write(client, { status: 404 }, 'refused');
  };
  return { clock, lines, log, refuse };
}

const LEFT_OUT = 'refusals left out of the log';

it('writes the first ten of each client in a minute, and then how many there were', async () => {
  const { clock, lines, refuse } = open();
  refuse('192.0.2.1', 1_000);
  refuse('192.0.2.2', 3);
  refuse(undefined, 12);
  const refused = lines.filter(({ msg }) => msg === 'refused');
  expect(refused).toHaveLength(10 + 3 + 10);
  expect(refused[0]).toMatchObject({ client: '192.0.2.1', status: 404 });
  await clock.advance(60_000);
  expect(lines.at(-1)).toMatchObject({
    msg: LEFT_OUT,
    leftOut: 990 + 2,
    mostOf: '192.0.2.1',
    refusals: 1_000,
  });
  refuse('192.0.2.1', 1);
  expect(lines.at(-1)).toMatchObject({ msg: 'refused' });
});

it('keeps its bounds if each refusal comes from another address', async () => {
  const { clock, lines, refuse } = open();
  for (let client = 0; client < 50_000; client++) refuse(`2001:db8::${client.toString(16)}`, 1);
  expect(lines).toHaveLength(200);
  await clock.advance(60_000);
  expect(lines.at(-1)).toMatchObject({ msg: LEFT_OUT, leftOut: 49_800 });
});

it('is quiet if none was left out, and keeps no timer without refusals', async () => {
  const { clock, lines, log, refuse } = open();
  refuse('192.0.2.1', 2);
  await clock.advance(120_000);
  expect(lines).toHaveLength(2);
  expect(clock.pendingTimers).toBe(0);
  refuse('192.0.2.1', 11);
  log[Symbol.dispose]();
  expect(lines.at(-1)).toMatchObject({ msg: LEFT_OUT, leftOut: 1 });
  expect(clock.pendingTimers).toBe(0);
});
