import { expect, it } from 'vitest';
import { pino } from 'pino';
import { logOptions } from './logger.ts';
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

it('shows a terminal nothing that it would obey', async () => {
  const lines: string[] = [];
  const destination = await readable({ write: (line) => void lines.push(line) }, false);
  const logger = pino(logOptions('info'), destination);
  const text = 'C:\\readme \u001b[2J\u009b2J\r\b\u007f';
  logger.error({ err: new Error(text), host: text }, text);
  const shown = lines.join('');
  expect(shown).toContain('C:\\readme');
  expect(shown.replaceAll('\n', '')).not.toMatch(/\p{Cc}|\\u00/u);
});
