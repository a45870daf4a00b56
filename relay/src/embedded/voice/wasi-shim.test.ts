import { describe, expect, it } from 'vitest';
import { createWasiShim, type WasiProgram } from './wasi-shim.ts';

const SUCCESS = 0;
const BADF = 8;
const INVAL = 28;
const NOENT = 44;
const NOSPC = 51;
const SPIPE = 70;
const ROOT_FD = 3;
const OUTPUT_FD = 4;

function started(program: Partial<WasiProgram> = {}) {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const shim = createWasiShim({
    args: ['prog'],
    outputName: 'out',
    maxOutputBytes: 1_000_000,
    ...program,
  });
  shim.attach(memory);
  const call = (name: string, ...args: (number | bigint)[]): unknown =>
    (shim.imports[name] as unknown as (...args: (number | bigint)[]) => unknown)(...args);
  return {
    shim,
    memory,
    call,
    u32: (at: number) => new DataView(memory.buffer).getUint32(at, true),
    put(at: number, bytes: Uint8Array | string) {
      new Uint8Array(memory.buffer).set(
        typeof bytes === 'string' ? new TextEncoder().encode(bytes) : bytes,
        at,
      );
    },
    text: (at: number, length: number) =>
      new TextDecoder().decode(new Uint8Array(memory.buffer, at, length)),
    iovecs(at: number, ...parts: [start: number, length: number][]) {
      const view = new DataView(memory.buffer);
      for (const [index, [start, length]] of parts.entries()) {
        view.setUint32(at + index * 8, start, true);
        view.setUint32(at + index * 8 + 4, length, true);
      }
      return parts.length;
    },
    open(path: string) {
      this.put(512, path);
      return call('path_open', ROOT_FD, 0, 512, path.length, 0, 0n, 0n, 0, 600);
    },
  };
}

describe('the WASI shim', () => {
  it('passes arguments as NUL-terminated UTF-8', () => {
    const { call, u32, text } = started({ args: ['flite', '-t', 'é -o x'] });
    expect(call('args_sizes_get', 0, 4)).toBe(SUCCESS);
    expect([u32(0), u32(4)]).toEqual([3, 6 + 3 + 8]);
    expect(call('args_get', 0, 100)).toBe(SUCCESS);
    expect(text(100, 17)).toBe('flite\0-t\0é -o x\0');
    expect(text(u32(8), 7)).toBe('é -o x');
  });

  it('keeps what is written to the output, across several parts and a seek back', () => {
    const scene = started();
    expect(scene.open('out')).toBe(SUCCESS);
    scene.put(0, 'headdata');
    const count = scene.iovecs(32, [0, 4], [4, 4]);
    expect(scene.call('fd_write', OUTPUT_FD, 32, count, 64)).toBe(SUCCESS);
    expect(scene.u32(64)).toBe(8);
    expect(scene.call('fd_seek', OUTPUT_FD, 0n, 0, 72)).toBe(SUCCESS);
    scene.put(0, 'HEAD');
    scene.call('fd_write', OUTPUT_FD, 32, scene.iovecs(32, [0, 4]), 64);
    expect(new TextDecoder().decode(scene.shim.output())).toBe('HEADdata');
  });

  it('reads the output back, and nothing past its end', () => {
    const scene = started();
    scene.open('out');
    scene.put(0, 'abc');
    scene.call('fd_write', OUTPUT_FD, 32, scene.iovecs(32, [0, 3]), 64);
    scene.call('fd_seek', OUTPUT_FD, -2n, 2, 72);
    expect(scene.call('fd_read', OUTPUT_FD, 32, scene.iovecs(32, [200, 10]), 64)).toBe(SUCCESS);
    expect(scene.u32(64)).toBe(2);
    expect(scene.text(200, 2)).toBe('bc');
    expect(scene.call('fd_read', 0, 32, 1, 64)).toBe(SUCCESS);
    expect(scene.u32(64)).toBe(0);
  });

  it('opens no other name, and has no output before the program opens it', () => {
    const scene = started();
    for (const path of ['out2', '/etc/passwd', '../out', '']) expect(scene.open(path)).toBe(NOENT);
    expect(scene.shim.output()).toBeUndefined();
    expect(scene.call('path_open', OUTPUT_FD, 0, 512, 3, 0, 0n, 0n, 0, 600)).toBe(BADF);
  });

  it('refuses descriptors that are not open', () => {
    const { call } = started();
    expect(call('fd_write', OUTPUT_FD, 32, 0, 64)).toBe(BADF);
    expect(call('fd_read', 99, 32, 0, 64)).toBe(BADF);
    expect(call('fd_write', ROOT_FD, 32, 0, 64)).toBe(BADF);
    expect(call('fd_close', 99)).toBe(BADF);
    expect(call('fd_fdstat_get', -1, 0)).toBe(BADF);
    expect(call('fd_prestat_get', 4, 0)).toBe(BADF);
    expect(call('fd_seek', 1, 0n, 0, 0)).toBe(SPIPE);
  });

  it('refuses to seek before the start, and by an unknown origin', () => {
    const scene = started();
    scene.open('out');
    expect(scene.call('fd_seek', OUTPUT_FD, -1n, 0, 72)).toBe(INVAL);
    expect(scene.call('fd_seek', OUTPUT_FD, 0n, 7, 72)).toBe(INVAL);
  });

  it('bounds the output', () => {
    const scene = started({ maxOutputBytes: 10 });
    scene.open('out');
    const count = scene.iovecs(32, [0, 8]);
    expect(scene.call('fd_write', OUTPUT_FD, 32, count, 64)).toBe(SUCCESS);
    expect(scene.call('fd_write', OUTPUT_FD, 32, count, 64)).toBe(NOSPC);
    expect(scene.shim.output()).toHaveLength(8);
  });

  it('still works after the memory has grown', () => {
    const scene = started();
    scene.call('args_sizes_get', 0, 4);
    scene.memory.grow(1);
    expect(scene.call('args_sizes_get', 0, 4)).toBe(SUCCESS);
    expect(scene.u32(0)).toBe(1);
  });

  it('unwinds the program when it exits', () => {
    const { call } = started();
    expect(() => call('proc_exit', 3)).toThrow('exit 3');
  });
});
