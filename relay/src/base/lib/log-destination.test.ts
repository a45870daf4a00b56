import { expect, it } from 'vitest';
import { FakeClock } from './clock.fake.ts';
import { LogDestination, type WriteBytes } from './log-destination.ts';
import { Problems } from './problems.ts';

/** A file or pipe whose every write a test ends as it likes. */
class ScriptedWriter {
  readonly written: string[] = [];
  #pending: { readonly bytes: Uint8Array; readonly done: Parameters<WriteBytes>[1] } | undefined;

  readonly write: WriteBytes = (bytes, done) => {
    if (this.#pending !== undefined) throw new Error('Two writes at a time.');
    this.#pending = { bytes, done };
  };

  get isPending(): boolean {
    return this.#pending !== undefined;
  }

  /** Takes the first `count` bytes, by default all. */
  take(count?: number): void {
    const { bytes, done } = this.#end();
    const taken = bytes.subarray(0, count);
    this.written.push(Buffer.from(taken).toString('utf8'));
    done(null, taken.length);
  }

  fail(code: string): void {
    this.#end().done(Object.assign(new Error('write failed'), { code }), 0);
  }

  #end() {
    const pending = this.#pending!;
    this.#pending = undefined;
    return pending;
  }
}

function open() {
  const clock = new FakeClock();
  const problems = new Problems(clock);
  const writer = new ScriptedWriter();
  const resumed: number[] = [];
  const destination = new LogDestination({
    write: writer.write,
    clock,
    problems,
    onResumed: (leftOut) => {
      resumed.push(leftOut);
      destination.write(`left out ${leftOut}\n`);
    },
  });
  return { clock, problems, writer, resumed, destination };
}

const LONG_LINE = `${'x'.repeat(1_023)}\n`;

it('writes lines in order, those that came during a write together', () => {
  const { writer, destination, problems } = open();
  for (const line of ['one\n', 'two\n', 'drei – ü\n']) destination.write(line);
  writer.take();
  writer.take(6);
  writer.take();
  expect(writer.written.slice(0, 2)).toEqual(['one\n', 'two\ndr']);
  expect(writer.written.join('')).toBe('one\ntwo\ndrei – ü\n');
  expect(writer.isPending).toBe(false);
  expect(problems.list()).toEqual([]);
});

it('tries again what could not be written, and says so until it is', async () => {
  const { writer, destination, problems, clock } = open();
  destination.write('one\n');
  writer.fail('ENOSPC');
  destination.write('two\n');
  expect(writer.isPending).toBe(false);
  expect(problems.list()).toMatchObject([{ code: 'log_not_written' }]);
  expect(problems.list()[0]!.message).toContain('ENOSPC');
  await clock.advance(1_000);
  writer.take(2);
  writer.fail('ENOSPC');
  await clock.advance(1_000);
  writer.take();
  writer.take();
  expect(writer.written.join('')).toBe('one\ntwo\n');
  expect(problems.list()).toEqual([]);
});

it('leaves out what does not fit its bound, and tells how much at that place', () => {
  const { writer, destination, problems, resumed } = open();
  for (let line = 0; line < 1_500; line++) destination.write(LONG_LINE);
  expect(problems.list()).toMatchObject([{ code: 'log_not_written' }]);
  while (writer.isPending) writer.take();
  expect(resumed).toEqual([1_500 - 1_024]);
  const lines = writer.written.join('').split('\n');
  expect(lines.filter((line) => line.startsWith('x'))).toHaveLength(1_024);
  expect(lines).toContain('left out 476');
  expect(problems.list()).toEqual([]);
});

it('says so if a write never ends', async () => {
  const { destination, problems, clock } = open();
  destination.write('one\n');
  await clock.advance(1_500);
  expect(problems.list()).toEqual([]);
  await clock.advance(1_000);
  expect(problems.list()).toMatchObject([{ code: 'log_not_written' }]);
});

it('is flushed when all is written, or when the deadline has passed', async () => {
  const { writer, destination, clock } = open();
  await destination.flush(1_000);
  destination.write('one\n');
  destination.write('two\n');
  const flushed = destination.flush(1_000);
  writer.take();
  writer.take();
  await flushed;
  expect(clock.pendingTimers).toBe(0);

  destination.write('three\n');
  const given = destination.flush(1_000);
  await clock.advance(1_000);
  await given;
  expect(writer.written.join('')).toBe('one\ntwo\n');
});
