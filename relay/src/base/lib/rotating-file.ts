import { open, rename, rm, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { callbackify } from 'node:util';
import type { WriteBytes } from './log-destination.ts';
import { makeFolder } from './make-folder.ts';

export interface RotatingFileOptions {
  readonly path: string;
  /** Largest that one file becomes; a single larger write is one file. */
  readonly maxBytes: number;
  /** Earlier files, named `path.1` (the latest) and so on. */
  readonly kept: number;
}

/**
 * A file that is appended to, and begun anew when it is full. The first write opens it; one that
 * fails leaves the file closed, so that the next finds a folder that was made meanwhile.
 */
export class RotatingFile implements AsyncDisposable {
  readonly #options: RotatingFileOptions;
  #file: FileHandle | undefined;
  #bytes = 0;

  constructor(options: RotatingFileOptions) {
    this.#options = options;
  }

  readonly write: WriteBytes = (bytes, done) => {
    this.#appendInTurn(bytes, (error, writtenBytes) => done(error, writtenBytes ?? 0));
  };

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#close();
  }

  readonly #appendInTurn = callbackify(async (bytes: Uint8Array): Promise<number> => {
    try {
      return await this.#append(bytes);
    } catch (error) {
      await this.#close().catch(() => {});
      throw error;
    }
  });

  async #append(bytes: Uint8Array): Promise<number> {
    const { maxBytes } = this.#options;
    this.#file ??= await this.#open();
    if (this.#bytes > 0 && this.#bytes + bytes.length > maxBytes) {
      await this.#close();
      await this.#shift();
      this.#file = await this.#open();
    }
    const { bytesWritten } = await this.#file.write(bytes);
    this.#bytes += bytesWritten;
    return bytesWritten;
  }

  async #open(): Promise<FileHandle> {
    const { path } = this.#options;
    await makeFolder(dirname(path));
    const file = await open(path, 'a', 0o600);
    this.#bytes = (await file.stat()).size;
    return file;
  }

  async #close(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    await file?.close();
  }

  /** Makes room for a new file at `path`. */
  async #shift(): Promise<void> {
    const { path, kept } = this.#options;
    if (kept === 0) return rm(path, { force: true });
    const nameOf = (age: number) => (age === 0 ? path : `${path}.${age}`);
    for (let age = kept - 1; age >= 0; age--) {
      await rename(nameOf(age), nameOf(age + 1)).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOENT') throw error;
      });
    }
  }
}
