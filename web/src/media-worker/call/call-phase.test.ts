import { expect, test } from 'vitest';
import { phaseOf, type CallCircumstances } from './call-phase.ts';

const quiet: CallCircumstances = {
  connection: 'open',
  hearing: false,
  speaking: false,
  awaiting: false,
};
const busy = { hearing: true, speaking: true, awaiting: true };

test.each<[Partial<CallCircumstances>, string]>([
  [{}, 'listening'],
  [{ awaiting: true }, 'thinking'],
  [{ awaiting: true, speaking: true }, 'speaking'],
  [busy, 'hearing'],
  [{ ...busy, connection: 'first' }, 'starting'],
  [{ ...busy, connection: 'lost' }, 'reconnecting'],
  [{ ...busy, connection: 'closed' }, 'ended'],
])('%o is %s', (circumstances, phase) => {
  expect(phaseOf({ ...quiet, ...circumstances })).toBe(phase);
});
