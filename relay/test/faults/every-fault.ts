import type { Fault, FaultMoment } from '../../simulators/kit/fault.ts';

export const FAULT_MOMENTS: readonly FaultMoment[] = ['first-use', 'mid-stream'];

/** One fault of each kind. @param slowMs - how late a slow vendor answers */
export function everyFault(slowMs: number): readonly Fault[] {
  return [
    { kind: 'refuse' },
    { kind: 'status', status: 401 },
    { kind: 'status', status: 429, retryAfterS: 1 },
    { kind: 'status', status: 503 },
    { kind: 'slow', delayMs: slowMs },
    { kind: 'stall' },
    { kind: 'malformed' },
    { kind: 'abrupt-close' },
    { kind: 'half-open' },
  ];
}
