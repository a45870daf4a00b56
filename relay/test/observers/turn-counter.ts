import type { CallEvent, TurnOutcome } from '../../src/call/events/call-events.ts';
import type { CallObserver } from '../../src/call/events/call-observers.ts';

/** An example of a metric: how many turns ended, and how. */
export class TurnCounter implements CallObserver {
  readonly name = 'turn-counter';
  readonly counts: { [outcome in TurnOutcome]?: number } = {};

  observe(event: CallEvent): void {
    if (event.type !== 'turn-ended') return;
    this.counts[event.outcome] = (this.counts[event.outcome] ?? 0) + 1;
  }
}
