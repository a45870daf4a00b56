import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import type { LogFilter } from '@parley/shared';
import { FakeClock } from '../../base/lib/clock.fake.ts';
import { LogTap } from '../../base/lib/log-tap.ts';
import { logOptions } from '../../base/lib/logger.ts';
import { LogTails, MAX_TAILS } from './log-tails.ts';

/** A client that reads on request. */
class Reader {
  readonly messages: Readonly<Record<string, unknown>>[] = [];
  #unread: { readonly text: string; readonly sent: () => void }[] = [];
  isReading = true;

  get bufferedAmount(): number {
    return this.#unread.reduce((sum, { text }) => sum + text.length, 0);
  }

  send(text: string, sent: () => void): void {
    this.#unread.push({ text, sent });
    if (this.isReading) this.read();
  }

  read(): void {
    const unread = this.#unread;
    this.#unread = [];
    for (const { text } of unread) this.messages.push(JSON.parse(text));
    for (const { sent } of unread) sent();
  }

  get lines() {
    return this.messages.filter((message) => 'msg' in message);
  }
}

function start() {
  const tap = new LogTap({ write: () => {} });
  const logger = pino(logOptions('trace'), tap);
  const clock = new FakeClock();
  const tails = new LogTails(tap, clock);
  const open = (filter: LogFilter = {}, last?: number) => {
    const reader = new Reader();
    return { reader, tail: tails.open(reader, filter, last) };
  };
  const pass = () => clock.advance(100);
  return { logger, tails, open, pass };
}

const linesFrom = (first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, index) => ({ msg: `line ${first + index}` }));

describe('the tails of the log', () => {
  it('show every line as the log has it, without secrets', async () => {
    const { logger, open, pass } = start();
    const { reader } = open();
    logger.warn({ person: { token: 'a-secret' } }, 'something happened');
    await pass();
    expect(reader.messages).toMatchObject([
      { filter: {} },
      { level: 'warn', msg: 'something happened', person: { token: '[redacted]' } },
    ]);
  });

  it.each<[LogFilter, string[]]>([
    [{ level: 'warn' }, ['a failure']],
    [{ session: 'sess_1' }, ['a line of sess_1', 'a failure']],
    [{ tag: 'trial' }, ['a line of sess_2']],
    [{ session: 'sess_1', level: 'error' }, ['a failure']],
    [{ session: 'sess_3' }, []],
  ])('show what %j asks for', async (filter, expected) => {
    const { logger, open, pass } = start();
    const { reader } = open(filter);
    logger.debug('a line of none');
    logger.info({ sessionId: 'sess_1' }, 'a line of sess_1');
    logger.info({ sessionId: 'sess_2', tags: ['trial', 'b'] }, 'a line of sess_2');
    logger.error({ sessionId: 'sess_1' }, 'a failure');
    await pass();
    expect(reader.lines.map(({ msg }) => msg)).toEqual(expected);
  });

  it('show other lines once they are asked to', async () => {
    const { logger, open, pass } = start();
    const { reader, tail } = open({ level: 'error' });
    logger.info('one');
    await pass();
    tail.show({});
    logger.info('two');
    await pass();
    expect(reader.messages).toMatchObject([
      { filter: { level: 'error' } },
      { filter: {} },
      { msg: 'two' },
    ]);
  });

  it('drop what a client does not read, and tell how much it was', async () => {
    const { logger, open, pass } = start();
    const slow = open().reader;
    const quick = open().reader;
    slow.isReading = false;
    for (let index = 0; index < 2_000; index++) {
      logger.info({ index, filling: 'x'.repeat(1_000) }, 'a line');
      if (index % 100 === 0) await pass();
    }
    await pass();
    expect(quick.lines).toHaveLength(2_000);
    expect(slow.bufferedAmount).toBeLessThanOrEqual(256 * 1024);
    slow.isReading = true;
    slow.read();
    logger.info('the next line');
    await pass();
    const { dropped } = slow.messages.find((message) => 'dropped' in message)!;
    expect(slow.lines).toHaveLength(2_001 - Number(dropped));
    expect(slow.messages.at(-1)).toMatchObject({ msg: 'the next line' });
  });

  it('hold no more than a megabyte of what is logged between two times that it is shown', async () => {
    const { logger, open, pass } = start();
    const { reader } = open();
    for (let index = 0; index < 2_000; index++) {
      logger.info({ filling: 'x'.repeat(1_000) }, 'a line');
    }
    await pass();
    expect(reader.messages.at(-1)).toEqual({ dropped: 2_000 - reader.lines.length });
    expect(reader.lines.length).toBeLessThan(1_000);
  });

  it('begin with as many earlier lines as they ask for, and show none twice', async () => {
    const { logger, open, pass } = start();
    const first = open().reader;
    for (let index = 0; index < 250; index++) {
      logger[index % 2 === 0 ? 'info' : 'warn'](`line ${index}`);
    }
    const all = open({}, 200).reader;
    expect(all.messages).toMatchObject([{ filter: {} }, ...linesFrom(50, 249)]);
    const grave = open({ level: 'warn' }, 4).reader;
    expect(grave.lines).toMatchObject([{ msg: 'line 247' }, { msg: 'line 249' }]);
    logger.warn('line 250');
    await pass();
    expect(all.lines).toMatchObject(linesFrom(50, 250));
    expect(first.lines).toMatchObject(linesFrom(0, 250));
    expect(open().reader.lines).toEqual([]);
  });

  it('are few', () => {
    const { tails, open } = start();
    const opened = Array.from({ length: MAX_TAILS }, () => open());
    expect(tails.isFull).toBe(true);
    opened[0]!.tail[Symbol.dispose]();
    expect(tails.isFull).toBe(false);
  });
});
