import { expect, it, vi } from 'vitest';
import { OthersLoad, otherShare, type ProcReader } from './others-load.ts';

/** A machine of which ticks and processes are set. */
class FakeProc implements ProcReader {
  used = 1_000;
  idle = 1_000;
  readonly running = new Map<number, { parent: number; own: number; waitedFor?: number }>();

  read(path: string): string | undefined {
    if (path === 'stat') return `cpu  ${this.used} 0 0 ${this.idle} 0 0 0 0 5 0\ncpu0 1 1 1\n`;
    const [pid, file] = path.split('/');
    const found = this.running.get(Number(pid));
    if (found === undefined || file !== 'stat') return undefined;
    const { parent, own, waitedFor = 0 } = found;
    return `${pid} (a (b) c) S ${parent} 0 0 0 0 0 0 0 0 0 ${own} 0 ${waitedFor} 0 20 0 1`;
  }

  processes(): readonly number[] {
    return [...this.running.keys()];
  }

  /** So much time passes, of which processors work so much. */
  pass(ticks: number, used: number): void {
    this.used += used;
    this.idle += ticks - used;
  }
}

const ROOT = 100;

function machine() {
  vi.useFakeTimers();
  const proc = new FakeProc();
  proc.running.set(1, { parent: 0, own: 500 });
  proc.running.set(ROOT, { parent: 1, own: 50, waitedFor: 7 });
  const load = new OthersLoad(ROOT, proc);
  const before = load.read()!;
  return {
    proc,
    /** Of the machine, since it was made. */
    share: () => otherShare(before, load.read()!),
    look: () => vi.advanceTimersByTime(1_000),
    [Symbol.dispose]() {
      load[Symbol.dispose]();
      vi.useRealTimers();
    },
  };
}

it('all that works is others, but for this process and its children’s children', () => {
  using here = machine();
  here.proc.running.set(200, { parent: ROOT, own: 100 });
  here.proc.running.set(300, { parent: 200, own: 200 });
  here.proc.running.set(ROOT, { parent: 1, own: 60 });
  here.proc.running.set(400, { parent: 1, own: 90 });
  here.proc.pass(1_000, 400);
  expect(here.share()).toBeCloseTo(0.09);
});

it('a process whose parent has ended is still its own', () => {
  using here = machine();
  here.proc.running.set(200, { parent: ROOT, own: 10 });
  here.proc.running.set(300, { parent: 200, own: 10 });
  here.look();
  here.proc.running.delete(200);
  here.proc.running.set(300, { parent: 1, own: 390 });
  here.look();
  here.proc.running.delete(300);
  here.proc.pass(1_000, 450);
  expect(here.share()).toBeCloseTo(0.05);
});

it('a child that was never seen counts by what its parent waited for', () => {
  using here = machine();
  here.proc.running.set(ROOT, { parent: 1, own: 50, waitedFor: 307 });
  here.proc.pass(1_000, 320);
  expect(here.share()).toBeCloseTo(0.02);
});

it('is never less than nothing, and not known without /proc', () => {
  using here = machine();
  here.proc.running.set(200, { parent: ROOT, own: 500 });
  here.proc.pass(1_000, 400);
  expect(here.share()).toBe(0);
  using load = new OthersLoad(ROOT, { read: () => undefined, processes: () => [] });
  expect(load.read()).toBeUndefined();
});
