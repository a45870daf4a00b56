import { INITIAL_CALL_STATE, type CallState } from './call-state.ts';

/** A call that listens, for tests. */
export function runningCall(change: Partial<CallState> = {}): CallState {
  return {
    ...INITIAL_CALL_STATE,
    standing: { kind: 'running' },
    phase: 'listening',
    vad: 'ready',
    microphone: { kind: 'granted' },
    ...change,
  };
}
