import { expect, it } from 'vitest';
import { pino } from 'pino';
import { readable } from './open-log.ts';

it('formats a line for people, on one line', async () => {
  const lines: string[] = [];
  const destination = await readable({ write: (line) => void lines.push(line) }, false);
  const logger = pino({ base: null }, destination);
  logger.info({ sessionId: 'sess_1', turns: 2 }, 'session ended');
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(
    /^\[\d\d:\d\d:\d\d\] INFO: session ended {"sessionId":"sess_1","turns":2}\n$/,
  );
});
