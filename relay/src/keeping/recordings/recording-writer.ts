import { open, type FileHandle } from 'node:fs/promises';
import type { Sealing } from '../storage/sealing.ts';
import {
  encodeHead,
  encodeSamples,
  type RecordHead,
  type RecordingHead,
} from './recording-format.ts';

/** Written at once; one second of speech. */
const SLICE_BYTES = 32 * 1_024;
/** What may wait for the disk, half a minute of both sides: more, and the recording ends. */
const MAX_WAITING_BYTES = 2 * 1_024 * 1_024;

/** As far as a record can say: three days. */
const MAX_START = 0xffff_ffff;

export interface RecordingWriterOptions {
  readonly path: string;
  /** Its name; what is encrypted can be read under this name only. */
  readonly name: string;
  readonly sealing: Sealing;
  /** Whether so many bytes more may be written; if not, the recording ends. */
  readonly hasRoom: (bytes: number) => boolean;
  /** Called with each number of bytes that were written. */
  readonly onWritten: (bytes: number) => void;
  /** Called once, if the disk fails or is too slow; nothing is written any more then. */
  readonly onFailed: (error: unknown) => void;
  /** Called once, when the file is closed. */
  readonly onClosed: () => void;
}

/** All recordings together take as much as they may. */
export class NoRoom extends Error {}

/** Writes one recording, slice by slice. Takes what it is given at once, and never throws. */
export class RecordingWriter {
  readonly #options: RecordingWriterOptions;
  #waiting: Buffer[] = [];
  #waitingBytes = 0;
  #state: 'open' | 'closing' | 'failed' = 'open';
  #work: Promise<void> | undefined;
  #file: FileHandle | undefined;
  #isClosed = false;

  constructor(options: RecordingWriterOptions) {
    this.#options = options;
    const head: RecordingHead = { version: 1, key: options.sealing.keyId ?? null };
    const content = Buffer.from(JSON.stringify(head));
    const record = { kind: 'head', item: 0, start: 0, bytes: content.length } as const;
    this.#add(Buffer.concat([encodeHead(record), content]));
    // The file must exist as soon as the person hears of it.
    this.#write();
  }

  /** @param record.start - session clock, samples */
  samples(record: Omit<RecordHead, 'bytes'>, samples: Int16Array): void {
    if (this.#state !== 'open' || samples.length === 0 || record.start > MAX_START) return;
    this.#add(encodeSamples(record, samples, this.#options.name, this.#options.sealing));
  }

  /** Of the item, nothing from `start` on was heard. */
  cut(item: number, start: number): void {
    if (this.#state === 'open') this.#add(encodeHead({ kind: 'cut', item, start, bytes: 0 }));
  }

  /** Writes what waits. Resolves when the file is closed. */
  async close(): Promise<void> {
    if (this.#state === 'open') this.#state = 'closing';
    await this.flush();
  }

  /** Resolves when all that waits now is written, or given up. */
  async flush(): Promise<void> {
    // The loop may have looked for more to write already, for the last time.
    await this.#work;
    this.#write();
    await this.#work;
  }

  #add(record: Buffer): void {
    this.#waiting.push(record);
    this.#waitingBytes += record.length;
    if (this.#waitingBytes > MAX_WAITING_BYTES) this.#failed(new Error('the disk is too slow'));
    else if (this.#waitingBytes >= SLICE_BYTES) this.#write();
  }

  #write(): void {
    this.#work ??= this.#writeAll()
      .catch((error: unknown) => this.#failed(error))
      .finally(() => (this.#work = undefined));
  }

  async #writeAll(): Promise<void> {
    const { path, hasRoom, onWritten } = this.#options;
    try {
      while (this.#waitingBytes > 0 && this.#state !== 'failed') {
        this.#file ??= await open(path, 'a', 0o600);
        const slice = Buffer.concat(this.#waiting);
        this.#waiting = [];
        this.#waitingBytes = 0;
        if (!hasRoom(slice.length)) throw new NoRoom('RECORDING_MAX_MB is used up');
        // Unlike `write`, it goes on until all is written.
        await this.#file.appendFile(slice);
        onWritten(slice.length);
      }
    } catch (error) {
      this.#failed(error);
    }
    if (this.#state === 'open') return;
    const file = this.#file;
    this.#file = undefined;
    await file?.close();
    if (!this.#isClosed) this.#options.onClosed();
    this.#isClosed = true;
  }

  #failed(error: unknown): void {
    if (this.#state === 'failed') return;
    this.#state = 'failed';
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#options.onFailed(error);
    void this.flush();
  }
}
