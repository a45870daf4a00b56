import { fork } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import type { SoakReport, SoakRequest } from './soak.ts';

const TURNS = 250;
/** What the engine itself may learn meanwhile: compiled code, shapes, statistics. */
const HEAP_GROWTH_BYTES = 4 * 1024 * 1024;

/** In a process of its own, because only that has a heap of its own to look at. */
async function soak(request: SoakRequest): Promise<SoakReport> {
  const child = fork(new URL('soak.process.ts', import.meta.url), {
    execArgv: ['--expose-gc'],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  try {
    child.send(request);
    // An uncaught error ends the process: then there is no report.
    const failed = once(child, 'exit').then(([code]) => {
      throw new Error(`The process ended with ${String(code)}`);
    });
    const [report] = (await Promise.race([once(child, 'message'), failed])) as [SoakReport];
    failed.catch(() => {});
    return report;
  } finally {
    if (child.connected) child.disconnect();
  }
}

test(
  `after ${TURNS} turns with faults no memory, socket or timer is left`,
  { timeout: 120_000 },
  async (context) => {
    const report = await soak({ warmUp: 100, turns: TURNS, callers: 20 });
    const grownBytes = report.heapAfter - report.heapBefore;
    await context.annotate(
      `${TURNS} turns in ${Math.round(report.tookMs)} ms; the heap grew by ${grownBytes} bytes`,
    );
    expect(report.settled).toBe(TURNS);
    expect(grownBytes).toBeLessThan(HEAP_GROWTH_BYTES);
    // A check keeps its connection to each of the six vendors.
    const sockets = report.heldMeanwhile.filter((kind) => kind === 'TCPSocketWrap');
    expect(sockets.length).toBeLessThanOrEqual(6);
    expect(report.heldMeanwhile.filter((kind) => kind !== 'TCPSocketWrap')).toEqual([]);
    expect(report.heldAfterwards).toEqual([]);
  },
);
