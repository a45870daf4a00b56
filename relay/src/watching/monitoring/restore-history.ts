import { OVER } from '../../base/lib/abort-reason.ts';
import { sleep, type Clock } from '../../base/lib/clock.ts';
import type { TurnHistory } from '../metrics/turn-history.ts';
import { turnLatencies } from '../metrics/turn-latencies.ts';
import type { Storage } from '../../keeping/storage/storage.ts';

const DAY_MS = 86_400_000;
/** Until a database that is away is asked again. */
const ASK_AGAIN_MS = 10_000;
/** While it is being started, which takes a second or two. */
const STARTING_MS = 500;

/**
 * Gives the history what earlier processes of this relay answered, as soon as the database can be
 * read.
 *
 * @param options.wallMs - ms since 1970
 * @returns its end
 */
export function restoreHistory(options: {
  readonly history: TurnHistory;
  readonly storage: Pick<Storage, 'state' | 'admin'>;
  readonly clock: Clock;
  readonly wallMs: () => number;
}): Disposable {
  const { history, storage, clock, wallMs } = options;
  const over = new AbortController();
  const beforeMs = wallMs();
  const restore = async () => {
    while (!over.signal.aborted && storage.state !== 'off') {
      if (storage.state === 'ok') {
        try {
          const turns = await storage.admin.turnsBetween(beforeMs - DAY_MS, beforeMs);
          history.restore(
            turns.map(({ atMs, isFailed, timeline }) => ({
              atMs,
              isFailed,
              e2eMs: turnLatencies(timeline).e2e,
            })),
          );
          return;
        } catch {
          // It is away again: what was asked for is only missing from a chart.
        }
      }
      const isStarting = storage.state === 'starting';
      await sleep(clock, isStarting ? STARTING_MS : ASK_AGAIN_MS, over.signal);
    }
  };
  void restore();
  return { [Symbol.dispose]: () => over.abort(OVER) };
}
