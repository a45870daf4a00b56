import { STAGES } from '@parley/shared';
import { DEFAULT_POLICY } from '../../src/call/stages/health/policy.ts';
import { toneFor } from '../../simulators/kit/simulator.ts';
import { heldBefore, heldBeyond } from '../../test/conformance/outcome.ts';
import { everyFault, FAULT_MOMENTS } from '../../test/faults/every-fault.ts';
import { FaultyRelay } from '../../test/faults/faulty-relay.ts';
import { sayQuestion } from '../../test/faults/spoken-turn.ts';
import { TestCall } from '../../test/support/test-call.ts';
import { serve } from '../process/serve.ts';
import type { SoakRun } from './report.ts';

// A whole relay, its callers and its vendors in one process, whose heap is looked at.

/** Short deadlines: most of the turns are to fail soon, so that the next can begin. */
const ATTEMPT_MS = 150;
const POLICY = {
  ...DEFAULT_POLICY,
  breaker: { ...DEFAULT_POLICY.breaker, coolDownMs: 100, maxCoolDownMs: 200, maxRetryAfterMs: 100 },
  attempts: {
    transcriberOpenMs: ATTEMPT_MS,
    transcriberFinalMs: ATTEMPT_MS,
    transcriberReplayShare: 0,
    generatorFirstMs: ATTEMPT_MS,
    generatorHedgeMs: ATTEMPT_MS / 2,
    generatorThinkingMs: ATTEMPT_MS,
    generatorStallMs: ATTEMPT_MS,
    synthesizerFirstMs: ATTEMPT_MS,
    synthesizerStallMs: ATTEMPT_MS,
  },
  health: { intervalMs: 500, deadlineMs: 300, jitter: 0.5 },
};

const FAULTS = everyFault(100);
const TURNS_A_CALL = 10;

/** Which fault happens next; the same in every run. */
let next = 0;

async function takeTurns(relay: FaultyRelay, turns: number): Promise<number> {
  let settled = 0;
  await using call = await TestCall.start(relay.relay.url);
  for (let utterance = 1; utterance <= turns; utterance++) {
    next += 1;
    const stage = STAGES[next % STAGES.length]!;
    const fault = FAULTS[Math.floor(next / STAGES.length) % FAULTS.length]!;
    const { [stage]: vendors } = relay.vendors;
    // Every tenth time both fail, and words must say so.
    for (const vendor of next % 10 === 0 ? vendors : vendors.slice(0, 1)) {
      vendor.recover();
      vendor.fail(fault, FAULT_MOMENTS[next % FAULT_MOMENTS.length]!, 1);
    }
    sayQuestion(call, utterance);
    await outcomeOf(call, utterance);
    settled += 1;
  }
  await call.hangUp();
  return settled;
}

/**
 * Resolves once the person knows the outcome of an utterance: its reply is over, or its recognition
 * failed, which is put into words the first time only.
 */
function outcomeOf(call: TestCall, utterance: number): Promise<string> {
  return call.inbound.until(`the outcome of utterance ${utterance}`, ({ events }) => {
    const reply = events.find(
      (event) => event.type === 'response.created' && event.utterance === utterance,
    );
    for (const event of events) {
      if (event.type === 'conversation.item.input_audio_transcription.failed') {
        if (event.utterance === utterance && reply === undefined) return event.type;
      } else if (event.type === 'response.done' && reply?.type === 'response.created') {
        if (event.response_id === reply.response_id) return event.type;
      }
    }
    return undefined;
  });
}

async function takeCalls(relay: FaultyRelay, turns: number, callers: number): Promise<number> {
  let waiting = turns;
  let settled = 0;
  const caller = async () => {
    while (waiting > 0) {
      const share = Math.min(waiting, TURNS_A_CALL);
      waiting -= share;
      const taken = await takeTurns(relay, share);
      settled += taken;
    }
  };
  await Promise.all(Array.from({ length: callers }, caller));
  return settled;
}

/** Ends the vendors' side of silent connections, which would stay for ever and is not the relay's. */
function cutVendors(relay: FaultyRelay): void {
  for (const vendor of Object.values(relay.vendors).flat()) vendor.cut();
}

/** Heap in use after everything unreachable was collected, bytes. */
async function heap(): Promise<number> {
  for (let round = 0; round < 3; round++) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    globalThis.gc!();
  }
  return process.memoryUsage().heapUsed;
}

interface SoakRequest {
  /** Turns before anything is measured. */
  readonly warmUp: number;
  readonly turns: number;
  /** Calls at the same time. */
  readonly callers: number;
}

async function soak({ warmUp, turns, callers }: SoakRequest): Promise<SoakRun> {
  const before = await heldBefore();
  const speak = (_: string, rateHz: number) => toneFor('short', rateHz);
  const relay = await FaultyRelay.start({
    hasSecond: true,
    policy: POLICY,
    primary: { speak },
    second: { speak },
    areLogsKept: false,
  });
  await takeCalls(relay, warmUp, callers);
  cutVendors(relay);
  const heapBefore = await heap();
  const held = await heldBefore();
  const startedMs = performance.now();
  const settled = await takeCalls(relay, turns, callers);
  const tookMs = performance.now() - startedMs;
  cutVendors(relay);
  const heapAfter = await heap();
  const heldMeanwhile = await heldBeyond(held);
  await relay[Symbol.asyncDispose]();
  return {
    settled,
    tookMs,
    heapBefore,
    heapAfter,
    heldMeanwhile,
    heldAfterwards: await heldBeyond(before),
  };
}

const handlers = { soak };
export type SoakHandlers = typeof handlers;
serve(handlers);
