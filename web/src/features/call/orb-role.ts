import type { CallState } from '../../store/call-state.ts';
import { isPageListening, isUnderstood } from './ladder-words.ts';
import type { OrbMood } from './orb-pose.ts';

export type OrbAction =
  | 'start'
  | 'ask-microphone'
  | 'mute'
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
  readonly icon: 'microphone' | 'muted' | 'keyboard' | 'none';
}

/** What the orb shows and does in a state of the call. */
export function orbRoleOf(state: CallState): OrbRole {
  switch (state.standing.kind) {
    case 'none':
      return { mood: 'idle', action: 'start', label: 'Press to talk', icon: 'microphone' };
    case 'over':
      return { mood: 'off', action: 'start', label: 'Call again', icon: 'microphone' };
    case 'running':
      return { ...actionOf(state), mood: moodOf(state) };
  }
}

function actionOf(state: CallState): Omit<OrbRole, 'mood'> {
  if (state.phase === 'speaking') {
    return { action: 'stop-speaking', label: 'Stop speaking', icon: 'none' };
  }
  if (state.microphone.kind !== 'granted' && state.microphone.kind !== 'asking') {
    return { action: 'ask-microphone', label: 'Use the microphone', icon: 'microphone' };
  }
  if (!isUnderstood(state)) {
    return state.phase === 'thinking'
      ? { action: 'stop-speaking', label: 'Stop the answer', icon: 'none' }
      : { action: 'type', label: 'Type a message', icon: 'keyboard' };
  }
  if (state.muted) return { action: 'unmute', label: 'Unmute', icon: 'muted' };
  if (state.vad === 'failed' && !isPageListening(state)) {
    return { action: 'hold', label: 'Hold to talk', icon: 'microphone' };
  }
  if (state.phase === 'thinking') {
    return { action: 'stop-speaking', label: 'Stop the answer', icon: 'none' };
  }
  return { action: 'mute', label: 'Mute', icon: 'none' };
}

function moodOf(state: CallState): OrbMood {
  if (state.held) return 'hearing';
  switch (state.phase) {
    case 'starting':
    case 'idle':
      return 'starting';
    case 'ended':
      return 'off';
    case 'thinking':
    case 'speaking':
    case 'reconnecting':
      return state.phase;
    case 'listening':
    case 'hearing':
      if (state.microphone.kind !== 'granted' || !isUnderstood(state)) return 'idle';
      return state.muted ? 'muted' : state.phase;
  }
}
