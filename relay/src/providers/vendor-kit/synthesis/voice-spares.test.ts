import { beforeEach, expect, it } from 'vitest';
import { VoiceSpares } from './socket-synthesizer.ts';

/** A spare each. */
let kept: { readonly voice: string }[];
let spares: VoiceSpares;

beforeEach(() => {
  kept = [];
  const reserve = (voice: string) => {
    const spare = { voice };
    kept.push(spare);
    return () => {
      kept = kept.filter((one) => one !== spare);
    };
  };
  spares = new VoiceSpares({ reserve }, 'first');
});

it('keeps the first voice for each call, and every other that is used for all of them', () => {
  const leave = spares.prepare();
  const leaveToo = spares.prepare();
  for (const voice of ['first', 'second', 'second']) spares.use(voice);
  expect(kept.map(({ voice }) => voice)).toEqual(['first', 'first', 'second']);
  leave();
  leave();
  expect(kept.map(({ voice }) => voice)).toEqual(['first', 'second']);
  leaveToo();
  expect(kept).toEqual([]);
});

it('keeps nothing while there is no call', () => {
  spares.use('second');
  expect(kept).toEqual([]);
});
