/**
 * As much of WASI preview 1 as one command-line program needs that reads its arguments and writes
 * one file. Everything lives in memory: the program can reach no file, clock or environment of the
 * host, and a fault in it ends as an exception, not as the end of the process.
 *
 * Names and numbers are those of the WASI preview 1 witx description.
 */

const ERRNO = {
  success: 0,
  badf: 8,
  inval: 28,
  noent: 44,
  nospc: 51,
  spipe: 70,
} as const;

const FILETYPE = { characterDevice: 2, directory: 3, regularFile: 4 } as const;
const WHENCE = { set: 0, cur: 1, end: 2 } as const;
const ALL_RIGHTS = 0xffff_ffff_ffff_ffffn;

const STDERR_FD = 2;
const ROOT_FD = 3;
const OUTPUT_FD = 4;
const FDSTAT_BYTES = 24;
const IOVEC_BYTES = 8;

export interface WasiProgram {
  /** The program's arguments, its own name first. A NUL in one would cut it short. */
  readonly args: readonly string[];
  /** The only name the program may open, relative to its root folder. */
  readonly outputName: string;
  /** What the output may grow to; more is answered with "no space left". */
  readonly maxOutputBytes: number;
}

export interface WasiRun {
  readonly exitCode: number;
  /** What was written to the output file; undefined where it was never opened. */
  readonly output: Uint8Array<ArrayBuffer> | undefined;
}

/** Thrown through the program's frames to unwind them when it exits. */
class ProgramExit extends Error {
  readonly exitCode: number;
  constructor(exitCode: number) {
    super(`exit ${exitCode}`);
    this.exitCode = exitCode;
  }
}

/** Runs a fresh instance of `module` from `_start` to its end. Traps surface as `RuntimeError`. */
export function runWasi(module: WebAssembly.Module, program: WasiProgram): WasiRun {
  const shim = createWasiShim(program);
  const instance = new WebAssembly.Instance(module, { wasi_snapshot_preview1: shim.imports });
  const { memory, _start: start } = instance.exports;
  if (!(memory instanceof WebAssembly.Memory) || typeof start !== 'function') {
    throw new TypeError('The module is not a WASI command: it lacks `memory` or `_start`.');
  }
  shim.attach(memory);
  let exitCode = 0;
  try {
    start();
  } catch (error) {
    if (!(error instanceof ProgramExit)) throw error;
    exitCode = error.exitCode;
  }
  return { exitCode, output: shim.output() };
}

export interface WasiShim {
  readonly imports: Record<string, (...args: never[]) => unknown>;
  /** Gives the shim the instance's memory, which exists only after instantiation. */
  attach(memory: { readonly buffer: ArrayBuffer }): void;
  output(): Uint8Array<ArrayBuffer> | undefined;
}

export function createWasiShim(program: WasiProgram): WasiShim {
  const args = program.args.map((arg) => new TextEncoder().encode(`${arg}\0`));
  const file = new OutputFile(program.maxOutputBytes);
  let memory: { readonly buffer: ArrayBuffer } | undefined;

  // Made anew at every call: growing the memory detaches the buffer.
  const view = (): DataView => new DataView(attached());
  const bytes = (): Uint8Array => new Uint8Array(attached());

  function attached(): ArrayBuffer {
    if (memory === undefined) throw new Error('The program ran before its memory was attached.');
    return memory.buffer;
  }

  function iovecs(pointer: number, count: number): Uint8Array[] {
    const table = view();
    const parts: Uint8Array[] = [];
    for (let index = 0; index < count; index += 1) {
      const at = pointer + index * IOVEC_BYTES;
      const start = table.getUint32(at, true);
      parts.push(bytes().subarray(start, start + table.getUint32(at + 4, true)));
    }
    return parts;
  }

  const imports = {
    args_sizes_get(countPointer: number, sizePointer: number): number {
      view().setUint32(countPointer, args.length, true);
      view().setUint32(
        sizePointer,
        args.reduce((sum, arg) => sum + arg.length, 0),
        true,
      );
      return ERRNO.success;
    },
    args_get(tablePointer: number, textPointer: number): number {
      let text = textPointer;
      for (const [index, arg] of args.entries()) {
        view().setUint32(tablePointer + index * 4, text, true);
        bytes().set(arg, text);
        text += arg.length;
      }
      return ERRNO.success;
    },
    clock_time_get(_clock: number, _precision: bigint, pointer: number): number {
      // The program only times itself; a clock that stands still keeps its runs alike.
      view().setBigUint64(pointer, 0n, true);
      return ERRNO.success;
    },
    fd_prestat_get(fd: number, pointer: number): number {
      if (fd !== ROOT_FD) return ERRNO.badf;
      view().setUint32(pointer, 0, true);
      view().setUint32(pointer + 4, 1, true);
      return ERRNO.success;
    },
    fd_prestat_dir_name(fd: number, pointer: number, length: number): number {
      if (fd !== ROOT_FD) return ERRNO.badf;
      if (length < 1) return ERRNO.inval;
      bytes()[pointer] = '/'.charCodeAt(0);
      return ERRNO.success;
    },
    fd_fdstat_get(fd: number, pointer: number): number {
      const filetype = filetypeOf(fd, file.isOpen);
      if (filetype === undefined) return ERRNO.badf;
      bytes().fill(0, pointer, pointer + FDSTAT_BYTES);
      view().setUint8(pointer, filetype);
      view().setBigUint64(pointer + 8, ALL_RIGHTS, true);
      view().setBigUint64(pointer + 16, ALL_RIGHTS, true);
      return ERRNO.success;
    },
    fd_fdstat_set_flags(fd: number): number {
      return filetypeOf(fd, file.isOpen) === undefined ? ERRNO.badf : ERRNO.success;
    },
    path_open(
      directory: number,
      _lookup: number,
      pathPointer: number,
      pathLength: number,
      _openFlags: number,
      _rights: bigint,
      _inheriting: bigint,
      _fdFlags: number,
      fdPointer: number,
    ): number {
      if (directory !== ROOT_FD) return ERRNO.badf;
      const path = new TextDecoder().decode(bytes().slice(pathPointer, pathPointer + pathLength));
      if (path !== program.outputName) return ERRNO.noent;
      file.open();
      view().setUint32(fdPointer, OUTPUT_FD, true);
      return ERRNO.success;
    },
    fd_close(fd: number): number {
      if (filetypeOf(fd, file.isOpen) === undefined) return ERRNO.badf;
      if (fd === OUTPUT_FD) file.close();
      return ERRNO.success;
    },
    fd_read(fd: number, iovecPointer: number, count: number, readPointer: number): number {
      if (fd === ROOT_FD || filetypeOf(fd, file.isOpen) === undefined) return ERRNO.badf;
      let read = 0;
      // Standard input is empty; only the output can be read back.
      if (fd === OUTPUT_FD) for (const part of iovecs(iovecPointer, count)) read += file.read(part);
      view().setUint32(readPointer, read, true);
      return ERRNO.success;
    },
    fd_write(fd: number, iovecPointer: number, count: number, writtenPointer: number): number {
      if (fd === ROOT_FD || filetypeOf(fd, file.isOpen) === undefined) return ERRNO.badf;
      let written = 0;
      for (const part of iovecs(iovecPointer, count)) {
        // What the program prints is of no use to anyone.
        if (fd === OUTPUT_FD && !file.write(part)) return ERRNO.nospc;
        written += part.length;
      }
      view().setUint32(writtenPointer, written, true);
      return ERRNO.success;
    },
    fd_seek(fd: number, offset: bigint, whence: number, positionPointer: number): number {
      if (fd !== OUTPUT_FD) return fd <= STDERR_FD ? ERRNO.spipe : ERRNO.badf;
      const position = file.seek(Number(offset), whence);
      if (position === undefined) return ERRNO.inval;
      view().setBigUint64(positionPointer, BigInt(position), true);
      return ERRNO.success;
    },
    proc_exit(exitCode: number): never {
      throw new ProgramExit(exitCode);
    },
  };

  return {
    imports,
    attach(instanceMemory) {
      memory = instanceMemory;
    },
    output: () => file.contents(),
  };
}

function filetypeOf(fd: number, outputIsOpen: boolean): number | undefined {
  if (fd >= 0 && fd <= STDERR_FD) return FILETYPE.characterDevice;
  if (fd === ROOT_FD) return FILETYPE.directory;
  return fd === OUTPUT_FD && outputIsOpen ? FILETYPE.regularFile : undefined;
}

/** A growing file of bounded size with one read and write position. */
class OutputFile {
  readonly #maxBytes: number;
  #data = new Uint8Array(0);
  #length = 0;
  #position = 0;
  #created = false;
  isOpen = false;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  open(): void {
    this.#created = true;
    this.isOpen = true;
    this.#position = 0;
  }

  close(): void {
    this.isOpen = false;
  }

  read(into: Uint8Array): number {
    const part = this.#data.subarray(
      this.#position,
      Math.min(this.#position + into.length, this.#length),
    );
    into.set(part);
    this.#position += part.length;
    return part.length;
  }

  /** Whether it fitted. */
  write(part: Uint8Array): boolean {
    const end = this.#position + part.length;
    if (end > this.#maxBytes) return false;
    if (end > this.#data.length) {
      const grown = new Uint8Array(
        Math.min(this.#maxBytes, Math.max(end, this.#data.length * 2, 64 * 1024)),
      );
      grown.set(this.#data.subarray(0, this.#length));
      this.#data = grown;
    }
    this.#data.set(part, this.#position);
    this.#position = end;
    this.#length = Math.max(this.#length, end);
    return true;
  }

  /** The new position; undefined where it would lie before the start or past the bound. */
  seek(offset: number, whence: number): number | undefined {
    const base =
      whence === WHENCE.set
        ? 0
        : whence === WHENCE.cur
          ? this.#position
          : whence === WHENCE.end
            ? this.#length
            : NaN;
    const position = base + offset;
    if (!(position >= 0 && position <= this.#maxBytes)) return undefined;
    this.#position = position;
    return position;
  }

  contents(): Uint8Array<ArrayBuffer> | undefined {
    return this.#created ? this.#data.slice(0, this.#length) : undefined;
  }
}
