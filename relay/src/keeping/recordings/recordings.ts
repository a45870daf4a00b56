import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../base/lib/clock.ts';
import type { Logger } from '../../base/lib/logger.ts';
import { makeFolder } from '../../base/lib/make-folder.ts';
import type { Problems } from '../../base/lib/problems.ts';
import type { Sealing } from '../storage/sealing.ts';
import { RecordingReader } from './recording-reader.ts';
import { NoRoom, RecordingWriter } from './recording-writer.ts';

/** How often it is looked how much room they take: others delete them. */
const COUNT_INTERVAL_MS = 600_000;

/** The name of a session's file. */
export function recordingName(sessionId: string): string {
  return `${sessionId}.rec`;
}

export interface RecordingsOptions {
  /** Their own folder; made if it does not exist. */
  readonly dir: string;
  /** They never take more: no other one begins then, and those that run end. */
  readonly maxBytes: number;
  readonly sealing: Sealing;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly problems: Problems;
}

/** The recordings of calls, a file each. They are deleted with what the storage keeps of the call. */
export class Recordings implements AsyncDisposable {
  readonly #options: RecordingsOptions;
  readonly #running = new Map<string, RecordingWriter>();
  #bytes = Infinity;
  /** Room was wanting since they were counted: the little that is left is for none. */
  #isFull = false;
  #cancelCount: () => void = () => {};

  constructor(options: RecordingsOptions) {
    this.#options = options;
  }

  /** Makes the folder, and looks how much there is. Until then none is recorded. */
  begin(): void {
    const { clock, logger, problems } = this.#options;
    this.#cancelCount = clock.after(COUNT_INTERVAL_MS, () => this.begin());
    this.#count().catch((err: unknown) => {
      logger.warn({ err }, 'the folder of the recordings cannot be used');
      problems.report('data_not_written');
    });
  }

  /**
   * @param onFailed - called at most once: nothing more is recorded
   * @returns undefined if it has no room
   */
  record(sessionId: string, onFailed: () => void): RecordingWriter | undefined {
    const { dir, maxBytes, sealing, logger, problems } = this.#options;
    if (this.#isFull || this.#bytes >= maxBytes) return undefined;
    const name = recordingName(sessionId);
    const writer = new RecordingWriter({
      path: join(dir, name),
      ...{ name, sealing },
      hasRoom: (bytes) => this.#bytes + bytes <= maxBytes,
      onWritten: (bytes) => {
        this.#bytes += bytes;
        problems.clear('data_not_written');
      },
      onFailed: (err) => {
        logger.warn({ err, sessionId }, 'recording failed');
        // The limit is the operator's own wish.
        if (err instanceof NoRoom) this.#isFull = true;
        else problems.report('data_not_written');
        onFailed();
      },
      onClosed: () => {
        if (this.#running.get(name) === writer) this.#running.delete(name);
      },
    });
    this.#running.set(name, writer);
    return writer;
  }

  /** With all that was recorded until now. @throws as `RecordingReader.open` */
  async read(sessionId: string): Promise<RecordingReader> {
    const { dir, sealing } = this.#options;
    const name = recordingName(sessionId);
    await this.#running.get(name)?.flush();
    return RecordingReader.open({ path: join(dir, name), name, sealing });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#cancelCount();
    await Promise.all([...this.#running.values()].map((writer) => writer.close()));
  }

  async #count(): Promise<void> {
    const { dir } = this.#options;
    await makeFolder(dir);
    let bytes = 0;
    for (const name of await readdir(dir)) {
      // The recording may be deleted meanwhile.
      bytes += (await stat(join(dir, name)).catch(() => undefined))?.size ?? 0;
    }
    this.#bytes = bytes;
    this.#isFull = false;
  }
}
