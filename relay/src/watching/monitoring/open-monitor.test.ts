import { expect, it } from 'vitest';
import { pino } from 'pino';
import { FakeClock } from '../../base/lib/clock.fake.ts';
import { Problems } from '../../base/lib/problems.ts';
import { MemoryWatch } from './open-monitor.ts';

const MB = 1024 * 1024;

function createTest() {
  const clock = new FakeClock();
  const problems = new Problems(clock);
  const lines: { readonly level: number; readonly msg: string; readonly percent: number }[] = [];
  const logger = pino({}, { write: (line: string) => void lines.push(JSON.parse(line)) });
  let rssMb = 100;
  const watch = new MemoryWatch({
    limitBytes: 1_000 * MB,
    owners: () => ({ 'replays of calls': 300 * MB }),
    clock,
    logger,
    problems,
    usage: () => ({
      rss: rssMb * MB,
      heapTotal: 80 * MB,
      heapUsed: 60 * MB,
      external: 10 * MB,
      arrayBuffers: 5 * MB,
    }),
  });
  const uses = (mb: number) => {
    rssMb = mb;
    watch.check();
    return problems.list().map(({ code }) => code);
  };
  return { clock, problems, lines, uses };
}

it('warns at four fifths, names what uses most, and is content again with a gap', () => {
  const { problems, lines, uses } = createTest();
  expect(uses(799)).toEqual([]);
  expect(uses(800)).toEqual(['memory_low']);
  expect(problems.list()[0]!.message).toBe(
    'Memory is nearly used up: 800 of 1000 MB. Most of it: threads and native code 710 MB, replays of calls 300 MB, JavaScript heap 60 MB.',
  );
  expect(uses(760)).toEqual(['memory_low']);
  expect(uses(749)).toEqual([]);
  expect(lines.map(({ msg }) => msg)).toEqual(['[MEMORY] little is left', '[MEMORY] in use']);
});

it('logs what is in use every five minutes', async () => {
  const { clock, lines, uses } = createTest();
  for (let minute = 0; minute < 11; minute++) {
    uses(100);
    await clock.advance(60_000);
  }
  expect(lines.map(({ percent }) => percent)).toEqual([10, 10]);
});
