import { settle } from '../../src/base/lib/clock.fake.ts';

/** Resolves once `check` holds or five seconds have passed; each try is a turn of the event loop. */
export async function eventually(check: () => boolean): Promise<void> {
  const endMs = performance.now() + 5_000;
  while (!check() && performance.now() < endMs) await settle();
}
