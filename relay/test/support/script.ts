import type { Clock } from '../../src/base/lib/clock.ts';
import { sleep } from '../../src/base/lib/clock.ts';

/** One thing a scripted provider does; a script is a list of them. */
export type Step<T> =
  | { readonly give: T }
  | { readonly waitMs: number }
  | { readonly fail: Error }
  /** Nothing more comes: until the signal is aborted, or never if that is ignored. */
  | 'hang';

export interface Stage {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** A provider that never looks at its signal. */
  readonly ignoresAbort?: boolean;
}

/** Plays a script. */
export async function* perform<T>(
  steps: Iterable<Step<T>>,
  { clock, signal, ignoresAbort = false }: Stage,
): AsyncGenerator<T, void, undefined> {
  const heeded = ignoresAbort ? new AbortController().signal : signal;
  for (const step of steps) {
    if (heeded.aborted) return;
    if (step === 'hang') await untilAborted(heeded);
    else if ('waitMs' in step) await sleep(clock, step.waitMs, heeded);
    else if ('fail' in step) throw step.fail;
    else yield step.give;
  }
}

export function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
