import type {
  CallError,
  CallState,
  Interruption,
  MicrophoneRefusal,
  ProviderNames,
} from '../../client/index.ts';
import type { CloseReason } from '@parley/shared/close-codes';
import { isPageListening, isUnderstood } from './ladder-words.ts';

/** The one line under the orb: what the call is doing, in plain words. */
export function stateLineOf(
  state: CallState,
  online: boolean,
  interruption: Interruption = 'automatic',
): string {
  switch (state.standing.kind) {
    case 'none':
      if (!online) return 'You are offline';
      return state.outage === null ? 'Press to talk' : 'Not connected yet';
    case 'over':
      return lineOfEnd(state.standing.reason);
    case 'running':
      return runningLineOf(state, online, isDeafWhileSpeaking(state, interruption));
  }
}

/** The relay's sentences on why it refuses a call are for programs, too; people know more of it. */
const ENDS: Readonly<Record<string, string>> = {
  unauthorized: 'Sign in to talk',
  forbidden: 'Sign in to talk',
  access_code_wrong: 'An access code is needed to talk',
  signed_out: 'You are signed out',
  ended_elsewhere: 'Ended from another window or device',
  ended_by_operator: 'Ended by the operator',
  budget_exhausted: 'The budget is used up',
  plan_excludes: 'Your plan does not include this',
};

function lineOfEnd({ reason, message }: CloseReason): string {
  return ENDS[reason] ?? message.replace(/\.$/, '');
}

/** Whether only a key, a button or a tap interrupts Parley. */
export function isDeafWhileSpeaking(
  { hearsItself }: CallState,
  interruption: Interruption,
): boolean {
  return interruption === 'button' || (interruption === 'automatic' && hearsItself);
}

function runningLineOf(state: CallState, online: boolean, isDeaf: boolean): string {
  if (state.phase === 'reconnecting') {
    return online ? 'Reconnecting, keep talking' : 'No network, keep talking';
  }
  if (state.phase === 'starting') {
    if (!online) return 'No network';
    if (state.outage !== null) return 'Not connected yet';
    return state.microphone.kind === 'asking' ? 'Allow the microphone to talk' : 'Connecting';
  }
  if (isPreparing(state)) return 'Connecting';
  if (state.held && isUnderstood(state)) return 'Listening, release to send';
  if (state.phase === 'thinking') return 'Thinking';
  if (state.phase === 'speaking') {
    if (isHeard(state)) return `Speaking, ${isDeaf ? 'tap' : 'talk'} to interrupt`;
    return state.holds ? 'Speaking, hold to interrupt' : 'Speaking';
  }
  if (state.microphone.kind === 'asking') return 'Allow the microphone to talk';
  const refusal = refusalToMend(state);
  if (refusal !== null) return REFUSAL_LINES[refusal];
  if (state.microphone.kind !== 'granted' || !isUnderstood(state)) return 'Type a message';
  if (state.holds && state.muted) return 'Hold to talk';
  if (state.muted) return 'Muted';
  if (state.phase === 'hearing') return 'I hear you';
  return isHeard(state) ? 'Listening' : 'Hold to talk';
}

/** Whether the person could talk, if only the speech detector had loaded. */
export function isPreparing(state: CallState): boolean {
  const { phase, vad, held, muted, microphone } = state;
  const isOpen = phase === 'listening' && microphone.kind === 'granted' && !muted && !held;
  return isOpen && vad === 'loading' && isUnderstood(state) && !isPageListening(state);
}

/** Why a call has no microphone; null once the person goes on without, in writing. */
export function refusalToMend(state: CallState): MicrophoneRefusal | null {
  const { standing, microphone, conversation } = state;
  const last = conversation.findLast(({ kind }) => kind !== 'reply');
  const isTyped = last?.kind === 'user' && last.state === 'typed';
  if (standing.kind !== 'running' || microphone.kind !== 'refused' || isTyped) return null;
  return microphone.refusal;
}

/** What the system keeps from the call. */
export function withheldLineOf({ withheld }: CallState): string {
  return WITHHELD[withheld];
}

const WITHHELD: Readonly<Record<CallState['withheld'], string>> = {
  nothing: '',
  sound: 'The system has paused the sound. Touch the page to go on',
  microphone: 'The system has silenced your microphone',
  signal:
    'No sound comes from your microphone. Check that it is switched on, or choose another in the settings',
};

/** Which microphone hears the person, if another one took over by itself. */
export function microphoneLineOf({ standing, microphone }: CallState): string {
  if (standing.kind !== 'running' || microphone.kind !== 'granted') return '';
  const { switchedTo } = microphone;
  if (switchedTo === undefined) return '';
  // As browsers name the system's choice.
  const name = switchedTo.replace(/^Default - /, '');
  return name === '' ? 'Another microphone hears you now' : `Your microphone is now ${name}`;
}

/** Advice for a person who was heard and not understood. */
export function notUnderstoodLineOf({ notUnderstood }: CallState): string {
  return notUnderstood ? 'That was not understood. Say it again in other words, or type it' : '';
}

/** What is read out when it changes; the ordinary to and fro of a conversation is not. */
export function announcementOf(state: CallState, online: boolean): string {
  if (state.standing.kind !== 'running' || state.phase === 'reconnecting') {
    const isUsual = state.standing.kind === 'none' && online && state.outage === null;
    return isUsual ? '' : stateLineOf(state, online);
  }
  const { kind } = state.microphone;
  const isBegun = state.phase !== 'starting' && !isPreparing(state);
  if (!isBegun || kind === 'asking' || kind === 'refused' || state.muted) {
    return stateLineOf(state, online);
  }
  return 'In a call';
}

export const REFUSAL_LINES: Readonly<Record<MicrophoneRefusal, string>> = {
  denied: 'Microphone blocked: allow it in the address bar',
  'not-here': 'This page allows no microphone',
  dismissed: 'No microphone yet',
  'not-found': 'No microphone found',
  'in-use': 'Microphone busy: close the other program',
  'insecure-context': 'The microphone needs a secure page',
  unsupported: 'No microphone in this browser',
  lost: 'The microphone is gone',
  failed: 'The microphone did not start',
};

/** What a person can do about an error, if its own sentence does not say. */
export function adviceFor(code: CallError['code']): string | null {
  switch (code) {
    case 'socket_blocked':
      return 'Another network may let it through. Those who run this Parley can put it right for all.';
    case 'vad_failed':
      return 'Hold the orb or the space bar while you talk, or type.';
    case 'utterance_too_long':
      return 'Say it in shorter pieces.';
    case 'too_many_sessions':
      return 'See Calls in the menu at the top.';
    case 'budget_exhausted':
      return 'See Usage in the menu at the top.';
    case 'plan_excludes':
      return 'Ask for another plan.';
    case 'text_too_long':
      return 'Send it in shorter pieces.';
    default:
      return null;
  }
}

const MEANS: Readonly<Record<string, string>> = {
  browser: 'with your browser',
  embedded: 'by itself',
};

/** One sentence on the providers that hear, think and speak. */
export function providerLineOf(providers: ProviderNames): string {
  const names = [providers.transcriber, providers.generator, providers.synthesizer];
  if (names.every((name) => name === 'embedded')) {
    return 'A demo voice answers things like these.';
  }
  if (names.every((name) => name === names[0])) return `Hears, thinks and speaks with ${names[0]}.`;
  const [hears, thinks, speaks] = names.map((name) => MEANS[name] ?? `with ${name}`);
  return `Hears ${hears}, thinks ${thinks}, speaks ${speaks}.`;
}

/** Things to say that even the embedded assistant understands. */
export const WELCOME_SUGGESTIONS = [
  'What time is it in Tokyo?',
  'What is seven times eight?',
  'Set a timer for ten seconds',
] as const;

/** Whether what the person says now would be heard. */
export function isHeard(state: CallState): boolean {
  const isFound = state.vad === 'ready' || isPageListening(state);
  return state.microphone.kind === 'granted' && !state.muted && isUnderstood(state) && isFound;
}
