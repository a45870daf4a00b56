import { describe, expect, it } from 'vitest';
import { SpareDemand } from './spare-demand.ts';

const MINUTE_MS = 60_000;

function demandOf(calls: number, isReused = true): SpareDemand {
  const demand = new SpareDemand(isReused);
  for (let call = 0; call < calls; call += 1) demand.callBegan(0);
  return demand;
}

it('keeps nothing without a call', () => {
  const demand = demandOf(1);
  demand.useBegan(0, 1);
  demand.useEnded(0, 1);
  demand.callEnded();
  expect([demand.toKeep(0, 0), demand.toOpen(0, 0)]).toEqual([0, 0]);
});

it('keeps one ready for any number of silent calls, until they were silent for long', () => {
  const demand = demandOf(300);
  expect([demand.toKeep(0, 0), demand.toOpen(0, 0)]).toEqual([1, 1]);
  expect([demand.toKeep(3 * MINUTE_MS, 0), demand.toOpen(3 * MINUTE_MS, 0)]).toEqual([0, 0]);
});

describe('of sockets that come back', () => {
  it('keeps as many as were lately in use at once, and no longer', () => {
    const demand = demandOf(100);
    for (let inUse = 1; inUse <= 40; inUse += 1) demand.useBegan(0, inUse);
    expect(demand.toKeep(5_000, 10)).toBe(30);
    expect(demand.toKeep(9_999, 40)).toBe(1);
    expect(demand.toKeep(20_000, 10)).toBe(1);
  });

  it('keeps them also after uses that lasted longer than it looks back', () => {
    const demand = demandOf(100);
    demand.useBegan(0, 40);
    demand.useEnded(50_000, 40);
    expect(demand.toKeep(50_000, 39)).toBe(1);
    demand.useEnded(50_001, 39);
    expect(demand.toKeep(50_001, 38)).toBe(2);
  });

  it('opens one ahead only for a call that has none', () => {
    const demand = demandOf(2);
    demand.useBegan(0, 1);
    expect(demand.toOpen(0, 1)).toBe(1);
    demand.useBegan(0, 2);
    expect(demand.toOpen(0, 2)).toBe(0);
  });
});

describe('of sockets that last for one use', () => {
  it('opens as many as uses begin while one is being opened', () => {
    const demand = demandOf(1_000, false);
    for (let use = 0; use < 80; use += 1) demand.useBegan(1_000 + use * 12, 800);
    expect(demand.toOpen(2_000, 800)).toBe(40);
    expect(demand.toOpen(30_000, 800)).toBe(1);
  });
});
