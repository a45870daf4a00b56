import { Worker } from 'node:worker_threads';
import { setTimeout as delay } from 'node:timers/promises';
import type { Browser } from '@playwright/test';

const STALL_MS = 300;
const BUSY_MS = 3_000;

/** Keeps both processors busy for some seconds from now on. */
export function burnProcessors(threads: number): void {
  for (let n = 0; n < threads; n += 1) {
    const worker = new Worker(
      `const end = performance.now() + ${BUSY_MS}; while (performance.now() < end);`,
      { eval: true },
    );
    worker.unref();
  }
}

/** Stops the processes of all pages for 300 ms, as a suspended or swapped-out page is. */
export async function stallPages(browser: Browser): Promise<void> {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  const renderers = processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => id);
  for (const pid of renderers) process.kill(pid, 'SIGSTOP');
  try {
    await delay(STALL_MS);
  } finally {
    for (const pid of renderers) process.kill(pid, 'SIGCONT');
  }
  await session.detach();
}
