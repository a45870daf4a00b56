import { expect, test } from 'vitest';
import { outputInstantOf } from './audio-graph.ts';

const NOW = { ms: 5_000, originMs: 1_700_000_000_000 };

test.each([
  ['what is heard now', { contextTime: 2.5, performanceTime: 4_990 }],
  ['what was heard before the page could ask', { contextTime: 2.5, performanceTime: 4_200 }],
  ['what will be heard in a moment', { contextTime: 2.5, performanceTime: 5_040 }],
])('an output timestamp of %s is read', (_what, stamp) => {
  expect(outputInstantOf(stamp, NOW)).toEqual({
    contextTimeS: 2.5,
    atMs: NOW.originMs + stamp.performanceTime,
  });
});

test.each([
  ['before the first sample', { contextTime: 0, performanceTime: 0 }],
  ['of a browser that hands out none', {}],
  ['that lies ahead by the context’s own time', { contextTime: 2.5, performanceTime: 7_500 }],
])('an output timestamp %s is none', (_what, stamp) => {
  expect(outputInstantOf(stamp, NOW)).toBeUndefined();
});
