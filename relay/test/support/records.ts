import type { LedgerEntry } from '../../src/people/metering/ledger.ts';
import type {
  CallHeader,
  LedgerRecord,
  SessionRecord,
  TurnRecord,
} from '../../src/keeping/storage/records.ts';

/** 22 November 2026, 10:00 in UTC. */
export const START_MS = Date.UTC(2026, 10, 22, 10);

/** The call of a user, in a conversation of its own. */
export function callOf(userId: string, name = userId): CallHeader {
  return {
    userId,
    kind: 'guest',
    plan: 'guest',
    conversationId: `conv_${name}`,
    sessionId: `sess_${name}`,
    client: 'Chrome on Linux',
    startedAtMs: START_MS,
  };
}

export function turnRecord(
  call: CallHeader,
  number: number,
  change: Partial<TurnRecord> = {},
): TurnRecord {
  return {
    type: 'turn',
    id: `turn_${call.sessionId}_${number}`,
    call,
    revision: 1,
    atMs: call.startedAtMs + number * 1_000,
    trigger: 'speech',
    userText: `What is ${number} plus two?`,
    replyText: `It is ${number + 2}.`,
    unheardText: null,
    textKey: null,
    title: { text: `What is ${number} plus two?`, key: null },
    wasInterrupted: false,
    timeline: { speech_end: 1, asr_final: 2.5 },
    providers: { transcriber: 'embedded' },
    error: null,
    ...change,
  };
}

export function sessionEnd(call: CallHeader, durationMs = 60_000): SessionRecord {
  const end = { atMs: call.startedAtMs + durationMs, durationMs, closeReason: 'normal' };
  return { type: 'session', id: call.sessionId, call, end };
}

export function ledgerRecord(
  call: CallHeader,
  number: number,
  change: Partial<LedgerEntry> = {},
): LedgerRecord {
  const id = `use_${call.sessionId}_${number}`;
  return {
    type: 'ledger',
    id,
    entry: {
      id,
      atMs: call.startedAtMs + number * 1_000,
      userId: call.userId,
      plan: call.plan,
      sessionId: call.sessionId,
      turnId: `turn_${call.sessionId}_${number}`,
      stage: 'generator',
      provider: 'openai',
      model: 'gpt-6-luna',
      purpose: 'turn',
      units: { inputTokens: 100, outputTokens: 20 },
      microUsd: 1_234,
      isPriced: true,
      isEstimated: false,
      ...change,
    },
  };
}
