import { type CallState, type Ladder, type StageStanding, standingOf } from '../../client/index.ts';

/**
 * What a person should know of the providers, most important first; empty if all is as it
 * was when the call began.
 */
export function ladderLinesOf(state: CallState): readonly string[] {
  const { ladder, microphone } = state;
  if (ladder === null || state.standing.kind !== 'running') return [];
  const speaking = standingOf(ladder, 'synthesizer');
  const isTalking = microphone.kind === 'granted' || microphone.kind === 'asking';
  // A person who only types need not know the provider that would have listened.
  const hearing = isTalking ? standingOf(ladder, 'transcriber') : 'usual';
  const both = BOTH[`${hearing} ${speaking}`];
  const speech = both === undefined ? [hearingLine(ladder, hearing), VOICE[speaking]] : [both];
  return [...speech, ANSWERS[standingOf(ladder, 'generator')]].filter((line) => line !== '');
}

/** Whether what is said now would be understood. */
export function isUnderstood({ ladder }: CallState): boolean {
  return ladder === null || standingOf(ladder, 'transcriber') !== 'none';
}

/** Whether the page itself recognises what is said. */
export function isPageListening({ ladder }: CallState): boolean {
  if (ladder === null) return false;
  const standing = standingOf(ladder, 'transcriber');
  return standing === 'page' || standing === 'page-stand-in';
}

function hearingLine({ page }: Ladder, standing: StageStanding): string {
  if (standing === 'none' && page.transcriber === 'refused') {
    return 'Your browser does not allow speech recognition: please type';
  }
  return HEARING[standing];
}

const HEARING: Readonly<Record<StageStanding, string>> = {
  usual: '',
  'stand-in': 'A stand-in is listening for now',
  'page-stand-in': 'Your browser is listening for now',
  page: 'Your browser is listening',
  none: 'Speech recognition is unavailable: please type',
};

const VOICE: Readonly<Record<StageStanding, string>> = {
  usual: '',
  'stand-in': 'You hear a stand-in voice for now',
  'page-stand-in': 'You hear your browser’s voice for now',
  page: 'You hear your browser’s voice',
  none: 'The voice is unavailable: read along',
};

const ANSWERS: Readonly<Record<StageStanding, string>> = {
  usual: '',
  'stand-in': 'Answers come from a stand-in for now',
  'page-stand-in': '',
  page: '',
  none: 'Answers are unavailable for now',
};

/** What both ends of speech have in common is said once. */
const BOTH: Readonly<Record<string, string>> = {
  'page-stand-in page-stand-in': 'Your browser listens and speaks for now',
  'page page': 'Your browser listens and speaks',
  'none none': 'Speech is unavailable: please type and read along',
};
