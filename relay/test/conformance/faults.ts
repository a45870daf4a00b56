import type { Stage } from '@parley/shared';
import { describe, expect, test } from 'vitest';
import type { ProviderFault } from '../../src/call/stages/provider-error.ts';
import type { Fault, FaultMoment } from '../../simulators/kit/fault.ts';
import { MovableClock } from '../support/movable-clock.ts';
import {
  asProviderError,
  isPrompt,
  outcomeOf,
  tellsSecret,
  unrestOf,
  type Outcome,
} from './outcome.ts';
import { CONNECT_MS, Rig, type Subject } from './subject.ts';

/** Longer than connecting may take: an adapter that is silent then waits for its caller to give up. */
const SILENCE_MS = 2 * CONNECT_MS;
/** By then an adapter that may not wait has failed, on however busy a machine. */
const PATIENCE_MS = 10_000;

interface Expected {
  readonly fault: Fault;
  readonly moment: FaultMoment;
  /** Any of these; none if it may only wait for its caller's deadline. */
  readonly faults: readonly ProviderFault[];
  readonly isRetryable: boolean;
  readonly retryAfterMs?: number;
  /** Whether it may as well say nothing until it is aborted. */
  readonly mayWait?: boolean;
}

const LOST: readonly ProviderFault[] = ['unreachable', 'closed'];

/** Every fault a vendor can have, and what the adapter must make of it. */
const TABLE: readonly Expected[] = [
  { fault: { kind: 'refuse' }, moment: 'first-use', faults: LOST, isRetryable: true },
  ...[401, 403].map((status): Expected => ({
    fault: { kind: 'status', status },
    moment: 'first-use',
    faults: ['unauthorized'],
    isRetryable: false,
  })),
  ...[400, 404].map((status): Expected => ({
    fault: { kind: 'status', status },
    moment: 'first-use',
    faults: ['rejected'],
    isRetryable: false,
  })),
  {
    fault: { kind: 'status', status: 429, retryAfterS: 2 },
    moment: 'first-use',
    faults: ['rate-limited'],
    isRetryable: true,
    retryAfterMs: 2_000,
  },
  ...[500, 503].map((status): Expected => ({
    fault: { kind: 'status', status },
    moment: 'first-use',
    faults: ['overloaded'],
    isRetryable: true,
  })),
  { fault: { kind: 'malformed' }, moment: 'first-use', faults: ['malformed'], isRetryable: true },
  { fault: { kind: 'abrupt-close' }, moment: 'first-use', faults: LOST, isRetryable: true },
  ...(['first-use', 'mid-stream'] as const).flatMap((moment) =>
    (['stall', 'half-open'] as const).map((kind): Expected => ({
      fault: { kind },
      moment,
      faults: ['timeout'],
      isRetryable: true,
      mayWait: true,
    })),
  ),
  { fault: { kind: 'malformed' }, moment: 'mid-stream', faults: ['malformed'], isRetryable: true },
  { fault: { kind: 'abrupt-close' }, moment: 'mid-stream', faults: LOST, isRetryable: true },
  {
    fault: { kind: 'status', status: 500 },
    moment: 'mid-stream',
    faults: ['closed', 'overloaded'],
    isRetryable: true,
  },
];

export interface FaultCases<Port, Event> {
  readonly subject: Subject<Port>;
  readonly stage: Stage;
  /** One whole use of the port. */
  readonly use: (port: Port, signal: AbortSignal) => AsyncIterable<Event>;
  /** Whether all that was wanted has come. */
  readonly isWhole: (events: readonly Event[]) => boolean;
  /** false if the vendor answers in one piece, so that nothing can break between two. */
  readonly answersInPieces?: boolean;
}

/** Registers the cases in which the vendor of one adapter fails. */
export type FaultDefinition = () => void;

/** The cases in which vendors fail, of all adapters. */
export function defineFaults(definitions: readonly FaultDefinition[]): void {
  describe('a vendor that fails', () => {
    for (const define of definitions) define();
  });
}

/** The same cases for every adapter: each fault becomes the right error, and none hangs. */
export function defineFaultCases<Port, Event>(cases: FaultCases<Port, Event>): void {
  const { subject, stage, use, isWhole, answersInPieces = true } = cases;
  const rows = TABLE.filter(({ moment }) => answersInPieces || moment === 'first-use').map(
    (row) => ({ ...row, what: nameOf(row) }),
  );

  test.each(rows)('$what', async (row) => {
    const clock = new MovableClock();
    await using rig = await Rig.set(subject, {}, clock);
    rig.simulator.fail(row.fault, row.moment);
    const patienceMs = row.mayWait === true ? SILENCE_MS : PATIENCE_MS;
    const running = outcomeOf((signal) => use(rig.port, signal), patienceMs, clock);
    const outcome = await (row.mayWait === true ? clock.skip(running) : running);
    expect(outcome.kind).toBeOneOf(row.mayWait === true ? ['failed', 'waiting'] : ['failed']);
    expect(objections(rig, stage, outcome, row)).toEqual([]);
  });

  test('works again as soon as the vendor does', async () => {
    await using rig = await Rig.set(subject);
    rig.simulator.fail({ kind: 'abrupt-close' }, 'first-use', 1);
    const first = await outcomeOf((signal) => use(rig.port, signal), PATIENCE_MS);
    expect(first.kind).toBe('failed');
    rig.simulator.recover();
    const second = await outcomeOf((signal) => use(rig.port, signal), PATIENCE_MS);
    expect(second.kind).toBe('completed');
    expect(isWhole(second.events)).toBe(true);
  });

  test('a vendor who is slow is waited for', async () => {
    await using rig = await Rig.set(subject);
    rig.simulator.fail({ kind: 'slow', delayMs: 50 }, 'first-use');
    const outcome = await outcomeOf((signal) => use(rig.port, signal), PATIENCE_MS);
    expect(outcome.kind).toBe('completed');
    expect(isWhole(outcome.events)).toBe(true);
  });
}

/** The same cases for every adapter that can be probed. */
export function defineProbeCases<
  Port extends { probe?(signal: AbortSignal): Promise<void>; prepare?(): () => void },
>(subject: Subject<Port>, stage: Stage): void {
  test('a probe tells whether the key is good', async () => {
    await using rig = await Rig.set(subject);
    const { signal } = new AbortController();
    await rig.port.probe?.(signal);
    rig.simulator.fail({ kind: 'status', status: 401 }, 'first-use');
    const failure: unknown = await rig.port.probe?.(signal).then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(asProviderError(failure)).toMatchObject({ stage, fault: 'unauthorized', status: 401 });
    expect(tellsSecret(rig, failure)).toBe(false);
  });

  test('a probe that is aborted ends at once', async () => {
    await using rig = await Rig.set(subject);
    rig.simulator.fail({ kind: 'half-open' }, 'first-use');
    const abort = new AbortController();
    const probing = rig.port.probe!(abort.signal);
    probing.catch(() => {});
    abort.abort(new Error('no longer wanted'));
    expect(await isPrompt(probing)).toBe(true);
  });

  test('preparing never throws, and its undoing leaves nothing open', async () => {
    await using rig = await Rig.set(subject);
    rig.simulator.fail({ kind: 'refuse' }, 'first-use', 1);
    const undoFailed = rig.port.prepare?.();
    undoFailed?.();
    rig.simulator.recover();
    const undo = rig.port.prepare?.();
    undo?.();
    undo?.();
    expect(await unrestOf(rig)).toEqual([]);
  });
}

/** In what the error differs from what the fault must become. */
function objections(
  rig: Rig<unknown>,
  stage: Stage,
  outcome: Outcome<unknown>,
  row: Expected,
): string[] {
  if (outcome.kind !== 'failed') return [];
  const error = asProviderError(outcome.error);
  const { name } = rig.port as { readonly name: string };
  const wanted = {
    stage: error.stage === stage,
    provider: error.provider === name,
    fault: row.faults.includes(error.fault),
    isRetryable: error.isRetryable === row.isRetryable,
    retryAfterMs: error.retryAfterMs === row.retryAfterMs,
    status:
      row.fault.kind !== 'status' ||
      row.moment !== 'first-use' ||
      error.status === row.fault.status,
    cause: error.cause === undefined,
    secret: !tellsSecret(rig, error),
  };
  return Object.entries(wanted).flatMap(([what, isRight]) =>
    isRight ? [] : [`${what}: ${String((error as unknown as Record<string, unknown>)[what])}`],
  );
}

function nameOf({ fault, moment, faults, mayWait }: Expected): string {
  const status = fault.kind === 'status' ? ` ${fault.status}` : '';
  return `${fault.kind}${status} at ${moment} is ${faults.join(' or ')}${mayWait === true ? ', or waited for' : ''}`;
}
