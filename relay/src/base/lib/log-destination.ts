import { fstatSync, write as writeFile } from 'node:fs';
import { isatty } from 'node:tty';
import type { Clock } from './clock.ts';
import type { ProblemCode, Problems } from './problems.ts';

/** What may wait to be written; lines beyond it are left out. */
const MAX_WAITING_CHARACTERS = 1024 * 1024;
/** What is handed over at once. */
const MAX_CHUNK_CHARACTERS = 64 * 1024;
const RETRY_MS = 1_000;
/** A write that takes longer than this is a reader that does not read, or a disk that hangs. */
const STALLED_AFTER_MS = 2_000;
/** The operator finds the number of lines and the reason in `/health`. */
const STALLED = 'it takes nothing in';

/**
 * Writes bytes without ever blocking the event loop, and calls back later with how many were
 * written. One call at a time.
 */
export type WriteBytes = (
  bytes: Uint8Array,
  done: (error: Error | null | undefined, writtenBytes: number) => void,
) => void;

export interface LogDestinationOptions {
  readonly write: WriteBytes;
  readonly clock: Clock;
  readonly problems: Problems;
  /** What `/health` calls it if it cannot be written; by default that of the log itself. */
  readonly problem?: ProblemCode;
  /** Writing fails from now on; called once until it works again. */
  readonly onTrouble?: (reason: string) => void;
  /** The log is written again, after so many lines were left out. */
  readonly onResumed: (leftOut: number) => void;
}

/**
 * Where log lines go. Lines that cannot be written wait, within a bound, and are retried; beyond it
 * they are counted and left out. No caller waits for it, and `/health` says that it is so.
 */
export class LogDestination {
  readonly #options: LogDestinationOptions;
  readonly #lines: string[] = [];
  #waitingCharacters = 0;
  #isWriting = false;
  #leftOut = 0;
  /** Why the log cannot be written; undefined while it can. */
  #trouble: string | undefined;
  readonly #onIdle = new Set<() => void>();

  constructor(options: LogDestinationOptions) {
    this.#options = options;
  }

  /** @param line - with its newline */
  write(line: string): void {
    if (this.#waitingCharacters + line.length > MAX_WAITING_CHARACTERS) {
      this.#leftOut++;
      if (this.#trouble === undefined) this.#troubled(STALLED);
      return;
    }
    this.#lines.push(line);
    this.#waitingCharacters += line.length;
    if (!this.#isWriting) this.#next();
  }

  /** Resolves when everything is written, or after `deadlineMs`. */
  async flush(deadlineMs: number): Promise<void> {
    if (!this.#isWriting) return;
    await new Promise<void>((resolve) => {
      const done = () => {
        cancel();
        this.#onIdle.delete(done);
        resolve();
      };
      const cancel = this.#options.clock.after(deadlineMs, done);
      this.#onIdle.add(done);
    });
  }

  #next(): void {
    const chunk: string[] = [];
    let characters = 0;
    for (const line of this.#lines) {
      if (characters > 0 && characters + line.length > MAX_CHUNK_CHARACTERS) break;
      chunk.push(line);
      characters += line.length;
    }
    this.#lines.splice(0, chunk.length);
    this.#isWriting = chunk.length > 0;
    if (this.#isWriting) return this.#attempt(Buffer.from(chunk.join('')), characters);
    for (const idle of this.#onIdle) idle();
  }

  /** @param characters - what the chunk takes of the room, until all of it is written */
  #attempt(bytes: Uint8Array, characters: number): void {
    const { clock, write } = this.#options;
    let cancel = clock.after(STALLED_AFTER_MS, () => this.#troubled(STALLED));
    write(bytes, (error, writtenBytes) => {
      cancel();
      const rest = bytes.subarray(writtenBytes);
      if (error !== null && error !== undefined) {
        this.#troubled((error as NodeJS.ErrnoException).code ?? error.message);
        cancel = clock.after(RETRY_MS, () => this.#attempt(rest, characters));
      } else if (rest.length > 0) {
        this.#attempt(rest, characters);
      } else {
        this.#waitingCharacters -= characters;
        this.#resumed();
        this.#next();
      }
    });
  }

  #troubled(reason: string): void {
    const { problem, problems, onTrouble } = this.#options;
    const isNew = this.#trouble === undefined;
    this.#trouble = reason;
    const what = problem === 'log_file_not_written' ? 'LOG_FILE' : 'The log';
    problems.report(
      problem ?? 'log_not_written',
      `${what} cannot be written (${reason}); lines left out so far: ${this.#leftOut}.`,
    );
    // What it logs comes back here, as a line that waits.
    if (isNew) onTrouble?.(reason);
  }

  #resumed(): void {
    if (this.#trouble === undefined) return;
    this.#trouble = undefined;
    this.#options.problems.clear(this.#options.problem ?? 'log_not_written');
    const leftOut = this.#leftOut;
    this.#leftOut = 0;
    if (leftOut > 0) this.#options.onResumed(leftOut);
  }
}

/**
 * Writes to standard error: a file, a pipe or a terminal.
 *
 * A file is written by Node's pool of threads, because a full or slow disk would hold up the event
 * loop. A pipe or a terminal is not: if its reader stops reading, the thread would stay blocked, and
 * Node waits for its threads even in `process.exit`.
 */
export function standardErrorWriter(): WriteBytes {
  const { stderr } = process;
  // The callback of each write says the same.
  stderr.on('error', () => {});
  const stats = fstatSync(2);
  if (stats.isFile() || (stats.isCharacterDevice() && !isatty(2))) {
    return (bytes, done) => writeFile(2, bytes, 0, bytes.length, null, done);
  }
  // Node writes to terminals synchronously: one that is stopped (Ctrl-S) would stop the relay.
  const handle: unknown = Reflect.get(stderr, '_handle');
  if (stderr.isTTY) (handle as { setBlocking?(on: boolean): void })?.setBlocking?.(false);
  return (bytes, done) => {
    stderr.write(bytes, (error) =>
      done(error, error === null || error === undefined ? bytes.length : 0),
    );
  };
}
