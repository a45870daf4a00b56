import {
  closeSync,
  fdatasync,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { crc32 } from 'node:zlib';

const SEGMENT_BYTES = 4 * 1024 * 1024;
const MAX_READ_BYTES = 512 * 1024;
const NEWLINE = 0x0a;
/** `9f3c22d1 {…}` */
const CHECKSUM_CHARACTERS = 8;
/** Lines set aside are for finding faults; beyond this they are only counted. */
const MAX_SET_ASIDE_BYTES = 16 * 1024 * 1024;

/** A place in the journal: the database has taken the lines before it. */
export interface JournalPosition {
  readonly segment: number;
  readonly offset: number;
}

export interface JournalBatch {
  /** JSON, each as it was appended. */
  readonly lines: readonly string[];
  /** Lines that were not written whole, or have changed since. */
  readonly damaged: readonly string[];
  /** Behind the batch. */
  readonly end: JournalPosition;
}

/**
 * A bounded queue on the disk: a folder of numbered segments with a line for each record, and a file
 * with the position of what was taken. Lines survive the end of the process as soon as `append`
 * returns; `flush` makes them survive a power cut.
 *
 * Its file system calls are synchronous, because a caller relies on the line being written: one
 * write of a kilobyte into the system's cache for each turn.
 */
export class JournalFiles {
  readonly #dir: string;
  readonly #maxBytes: number;
  #bytes = 0;
  /** Numbers and sizes, the oldest first. */
  readonly #segments = new Map<number, number>();
  /** The segment that is written to; undefined until there is a line to write. */
  #writing: { readonly segment: number; readonly descriptor: number } | undefined;
  #isFlushed = true;
  readonly #syncFile: (descriptor: number) => Promise<void>;
  /** What is made to survive a power cut now; never rejects. */
  #syncing: Promise<void> = Promise.resolve();
  #position: JournalPosition;

  /** @param dir - its parent exists */
  constructor(dir: string, maxBytes: number, syncFile = promisify(fdatasync)) {
    this.#syncFile = syncFile;
    this.#dir = dir;
    this.#maxBytes = maxBytes;
    const numbers = namesIn(dir)
      .map((name) => Number(/^(\d{10})\.jsonl$/.exec(name)?.[1] ?? Number.NaN))
      .filter((number) => !Number.isNaN(number))
      .toSorted((a, b) => a - b);
    for (const number of numbers) {
      const { size } = statSync(this.#path(number));
      this.#segments.set(number, size);
      this.#bytes += size;
    }
    this.#position = this.#readPosition(numbers);
    // What was taken before the process ended, but not deleted.
    if (numbers.length > 0) this.taken(this.#position);
  }

  get isEmpty(): boolean {
    return this.hasTaken(this.end);
  }

  /** Behind what was appended last. */
  get end(): JournalPosition {
    const last = [...this.#segments].findLast(([, size]) => size > 0);
    return last === undefined ? this.#position : { segment: last[0], offset: last[1] };
  }

  /** Whether the database has everything before a place. */
  hasTaken({ segment, offset }: JournalPosition): boolean {
    const taken = this.#position;
    return taken.segment > segment || (taken.segment === segment && taken.offset >= offset);
  }

  /** What waits on the disk, and what was taken of the oldest segment. */
  get bytes(): number {
    return this.#bytes;
  }

  /**
   * Appends a line that the end of this process cannot lose any more.
   *
   * @param json - without newlines
   * @returns false if the journal is full
   * @throws the system's error, e.g. `ENOSPC`; nothing was appended then
   */
  append(json: string): boolean {
    const line = Buffer.from(`${checksumOf(json)} ${json}\n`);
    if (this.#bytes + line.length > this.#maxBytes) return false;
    const { segment, descriptor } = this.#openSegment();
    const size = this.#segments.get(segment)!;
    try {
      const written = writeSync(descriptor, line);
      // A disk that has just become full takes a part.
      if (written < line.length) throw Object.assign(new Error('disk full'), { code: 'ENOSPC' });
    } catch (error) {
      // Half a line would spoil the next one.
      this.#closeSegment(size);
      throw error;
    }
    this.#segments.set(segment, size + line.length);
    this.#bytes += line.length;
    this.#isFlushed = false;
    return true;
  }

  /** Makes what was appended survive a power cut. Never rejects: the next one tries again. */
  async flush(): Promise<void> {
    if (!this.#isFlushed && this.#writing !== undefined) this.#sync(this.#writing.descriptor);
    await this.#syncing;
  }

  /** The oldest lines that were not taken, whole segments never. @throws the system's error */
  async next(): Promise<JournalBatch> {
    let { segment, offset } = this.#position;
    while (offset >= (this.#segments.get(segment) ?? 0)) {
      const later = [...this.#segments.keys()].find((number) => number > segment);
      if (later === undefined) return { lines: [], damaged: [], end: { segment, offset } };
      segment = later;
      offset = 0;
    }
    const size = this.#segments.get(segment)!;
    const bytes = Buffer.alloc(Math.min(size - offset, MAX_READ_BYTES));
    await using file = await open(this.#path(segment), 'r');
    const { bytesRead } = await file.read(bytes, 0, bytes.length, offset);
    const read = bytes.subarray(0, bytesRead);
    const lastNewline = read.lastIndexOf(NEWLINE);
    // A line that is longer than what is read at once, or that was never finished, is damaged.
    const length = lastNewline < 0 ? Math.max(1, bytesRead) : lastNewline + 1;
    const isCut = bytesRead === 0;
    const lines: string[] = [];
    const damaged: string[] = [];
    for (const line of read.subarray(0, length).toString('utf8').split('\n')) {
      const json = line.slice(CHECKSUM_CHARACTERS + 1);
      if (line === '') continue;
      if (line.slice(0, CHECKSUM_CHARACTERS) === checksumOf(json)) lines.push(json);
      else damaged.push(line);
    }
    return { lines, damaged, end: { segment, offset: isCut ? size : offset + length } };
  }

  /** The database has everything before `position`; what is taken is deleted at once. */
  taken(position: JournalPosition): void {
    this.#position = position;
    for (const [segment, size] of this.#segments) {
      if (segment > position.segment) break;
      if (segment === position.segment && position.offset < size) break;
      if (segment === this.#writing?.segment) this.close();
      rmSync(this.#path(segment), { force: true });
      this.#segments.delete(segment);
      this.#bytes -= size;
    }
    const path = join(this.#dir, 'position');
    try {
      writeFileSync(`${path}.new`, JSON.stringify(position), { mode: 0o600 });
      renameSync(`${path}.new`, path);
    } catch {
      // The disk is full: after a crash some lines would be written again, and stored once.
    }
  }

  /** Sets aside lines that the database refuses. @returns false if it has no room for them */
  setAside(lines: readonly string[]): boolean {
    try {
      const descriptor = openSync(join(this.#dir, 'set-aside.jsonl'), 'a', 0o600);
      try {
        if (fstatSync(descriptor).size > MAX_SET_ASIDE_BYTES) return false;
        writeSync(descriptor, lines.map((line) => `${line}\n`).join(''));
        return true;
      } finally {
        closeSync(descriptor);
      }
    } catch {
      return false;
    }
  }

  close(): void {
    if (this.#writing !== undefined) closeSync(this.#writing.descriptor);
    this.#writing = undefined;
  }

  /** A segment that is full is made to survive a power cut before it is closed, beside the calls. */
  #finish(): void {
    if (this.#writing === undefined) return;
    const { descriptor } = this.#writing;
    this.#writing = undefined;
    if (!this.#isFlushed) this.#sync(descriptor);
    this.#closeAfterSync(descriptor);
  }

  /** Never one of an earlier process: that may end in half a line. */
  #openSegment(): { readonly segment: number; readonly descriptor: number } {
    const writing = this.#writing;
    const isOpen = writing !== undefined && this.#segments.get(writing.segment)! < SEGMENT_BYTES;
    if (isOpen) return writing;
    const last = [...this.#segments.keys()].at(-1) ?? this.#position.segment;
    const segment = last + 1;
    const descriptor = this.#create(this.#path(segment));
    this.#finish();
    this.#segments.set(segment, 0);
    this.#writing = { segment, descriptor };
    return this.#writing;
  }

  /** @param size - what is whole of it */
  #closeSegment(size: number): void {
    const { descriptor, segment } = this.#writing!;
    this.#writing = undefined;
    try {
      ftruncateSync(descriptor, size);
    } catch {
      // Then its last line is damaged, and set aside when it is read.
      this.#segments.set(segment, fstatSync(descriptor).size);
    }
    this.#closeAfterSync(descriptor);
  }

  #sync(descriptor: number): void {
    this.#isFlushed = true;
    this.#syncing = this.#syncing
      .then(() => this.#syncFile(descriptor))
      .catch(() => void (this.#isFlushed = false));
  }

  /** Not before: another file may have its number by the time that it is synced. */
  #closeAfterSync(descriptor: number): void {
    this.#syncing = this.#syncing.then(() => closeSync(descriptor));
  }

  #create(path: string): number {
    try {
      return openSync(path, 'ax', 0o600);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      mkdirSync(this.#dir, { mode: 0o700 });
      return openSync(path, 'ax', 0o600);
    }
  }

  #path(segment: number): string {
    return join(this.#dir, `${String(segment).padStart(10, '0')}.jsonl`);
  }

  #readPosition(numbers: readonly number[]): JournalPosition {
    const start = { segment: numbers[0] ?? 0, offset: 0 };
    try {
      const text = readFileSync(join(this.#dir, 'position'), 'utf8');
      const { segment, offset } = JSON.parse(text) as JournalPosition;
      const isKnown = Number.isSafeInteger(segment) && Number.isSafeInteger(offset);
      // Lines that are written twice are stored once; one that is skipped is lost.
      return isKnown && segment >= start.segment ? { segment, offset } : start;
    } catch {
      return start;
    }
  }
}

function namesIn(dir: string): readonly string[] {
  try {
    return readdirSync(dir);
  } catch (error) {
    // The file is made with the first line: the disk may be full now.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

function checksumOf(json: string): string {
  return crc32(json).toString(16).padStart(CHECKSUM_CHARACTERS, '0');
}
