import type { CloseReason } from '@parley/shared/close-codes';
import type { CallState, MicrophoneRefusal } from '../../client/index.ts';
import { isPreparing, stateLineOf } from './call-words.ts';
import { isPageListening, isUnderstood } from './ladder-words.ts';
import type { OrbMood } from './orb-pose.ts';

export type OrbAction =
  | 'start'
  | 'ask-microphone'
  /** What is being said is all of it: it is answered at once. */
  | 'finish'
  /** There is nothing to do but talk or wait: the line of state says so. */
  | 'explain'
  | 'unmute'
  | 'stop-speaking'
  /** Speech would not be understood: write instead. */
  | 'type'
  /** Speech cannot be detected: talk while it is held. */
  | 'hold';

export interface OrbRole {
  readonly mood: OrbMood;
  readonly action: OrbAction;
  /** The button's name: what pressing it does. */
  readonly label: string;
  readonly icon: 'microphone' | 'muted' | 'busy' | 'keyboard' | 'again' | 'none';
}

const AT_REST = { action: 'start', label: 'Press to talk', icon: 'microphone' } as const;

/** What the orb shows and does in a state of the call. */
export function orbRoleOf(state: CallState): OrbRole {
  switch (state.standing.kind) {
    case 'none':
      return { ...AT_REST, mood: state.outage === null ? 'idle' : 'off' };
    case 'over':
      return isFailure(state, state.standing.reason)
        ? { mood: 'failed', action: 'start', label: 'Press to talk again', icon: 'again' }
        : { mood: 'off', action: 'start', label: 'Press to talk again', icon: 'microphone' };
    case 'running':
      return { ...actionOf(state), mood: moodOf(state) };
  }
}

function actionOf(state: CallState): Omit<OrbRole, 'mood'> {
  if (state.holds && state.muted && state.microphone.kind === 'granted' && isUnderstood(state)) {
    return { action: 'hold', label: 'Hold to talk', icon: 'microphone' };
  }
  if (state.phase === 'speaking') {
    return { action: 'stop-speaking', label: 'Stop speaking', icon: 'none' };
  }
  if (state.microphone.kind === 'asking') {
    return { action: 'explain', label: stateLineOf(state, true), icon: 'microphone' };
  }
  if (state.microphone.kind !== 'granted') {
    const without = withoutMicrophone(state);
    const icon = without === 'busy' ? 'busy' : without === null ? 'microphone' : 'muted';
    return { action: 'ask-microphone', label: 'Use the microphone', icon };
  }
  if (!isUnderstood(state)) {
    return state.phase === 'thinking'
      ? { action: 'stop-speaking', label: 'Stop the answer', icon: 'none' }
      : { action: 'type', label: 'Type a message', icon: 'keyboard' };
  }
  if (state.muted) return { action: 'unmute', label: 'Unmute the microphone', icon: 'muted' };
  if (state.vad === 'failed' && !isPageListening(state)) {
    return { action: 'hold', label: 'Hold to talk', icon: 'microphone' };
  }
  if (state.phase === 'thinking') {
    return { action: 'stop-speaking', label: 'Stop the answer', icon: 'none' };
  }
  if (state.phase === 'hearing') {
    return { action: 'finish', label: 'Finish and get the answer', icon: 'none' };
  }
  const isListening = state.phase === 'listening' && !isPreparing(state);
  const label = isListening ? 'Listening: just talk' : stateLineOf(state, true);
  return { action: 'explain', label, icon: 'none' };
}

function moodOf(state: CallState): OrbMood {
  if (state.held) return 'hearing';
  switch (state.phase) {
    case 'starting':
    case 'idle':
      return state.outage === null ? (withoutMicrophone(state) ?? 'starting') : 'reconnecting';
    case 'ended':
      return 'off';
    case 'thinking':
    case 'speaking':
    case 'reconnecting':
      return state.phase;
    case 'listening':
    case 'hearing':
      if (state.microphone.kind !== 'granted' || !isUnderstood(state)) {
        return withoutMicrophone(state) ?? 'idle';
      }
      if (isPreparing(state)) return 'starting';
      if (state.holds) return 'listening';
      return state.muted ? 'muted' : state.phase;
  }
}

/** What the orb shows if there ought to be a microphone. */
function withoutMicrophone({ microphone }: CallState): OrbMood | null {
  if (microphone.kind === 'asking') return 'asking';
  if (microphone.kind !== 'refused') return null;
  return REFUSED[microphone.refusal] ?? 'blocked';
}

const REFUSED: Partial<Record<MicrophoneRefusal, OrbMood>> = {
  'in-use': 'busy',
  'not-found': 'absent',
  'not-here': 'absent',
  lost: 'absent',
  unsupported: 'absent',
};

/** Whether a call broke off: another attempt may mend it, or there was a complaint. */
function isFailure({ error }: CallState, { retry }: CloseReason): boolean {
  return error !== null || retry !== 'never';
}
