import { CLOSE_REASONS } from '@parley/shared/close-codes';
import type { DebugEntry } from '../../../src/client/messages/debug-messages.ts';
import type { MediaNotice } from '../../../src/client/messages/media-messages.ts';
import type { ScriptedEngine } from './scripted-engine.ts';
import { measured, phase, played, reply, replyEnded, said, SESSION } from './notices.ts';

export interface Scene {
  readonly microphone?: Parameters<ScriptedEngine['answerMicrophone']>[0];
  /** Whether a call is started; none is in the first scene alone. */
  readonly start?: false;
  readonly notices: readonly MediaNotice[];
}

const IN_SESSION: readonly MediaNotice[] = [
  { type: 'vad', state: 'ready' },
  { type: 'session', session: SESSION },
];

const EARLIER: readonly MediaNotice[] = [
  ...IN_SESSION,
  said(1, 'what time is it in Tokyo'),
  ...reply('reply-1', 1, ['It is twenty to six in the evening in Tokyo.']),
  replyEnded('reply-1', 'completed', 2_900),
  said(2, 'how many kilometers is five miles'),
  ...reply('reply-2', 2, ['Five miles is about eight kilometers.']),
  replyEnded('reply-2', 'completed', 2_400),
];

/** What a session has used and cost so far, of a budget of five dollars. */
function spent(costUsd: number, tokens: number, isWarning = false): MediaNotice {
  return {
    type: 'usage',
    usage: {
      asr_seconds: tokens / 20,
      llm_input_tokens: tokens * 9,
      llm_output_tokens: tokens,
      tts_characters: tokens * 4,
    },
    costUsd,
    budgetUsd: 5,
    isWarning,
  };
}

function stage(
  name: Extract<MediaNotice, { type: 'stage-changed' }>['stage'],
  to: string,
): MediaNotice {
  return {
    type: 'stage-changed',
    stage: name,
    from: 'embedded',
    to,
    reason: name === 'generator' ? 'generator_timeout' : `${name}_failed`,
  };
}

const LONG_ANSWER = [
  'Octopuses have three hearts. ',
  'Two of them pump blood through the gills, and the third sends it around the body. ',
  'The third one stops beating while the octopus swims, which is why it prefers to crawl.',
] as const;

/** In the middle of it. */
const ANSWERING: readonly MediaNotice[] = [
  said(3, 'tell me something about octopuses'),
  phase('speaking'),
  ...reply('reply-3', 3, LONG_ANSWER),
  played('reply-3', 4_600),
];

/** Enough for the orb to leave its room to the words. */
const MORE: readonly MediaNotice[] = [
  replyEnded('reply-3', 'completed', 12_000),
  said(4, 'and how do they sleep'),
  ...reply('reply-4', 4, [
    'They find a den, turn pale, and now and then a pattern runs over them.',
  ]),
  replyEnded('reply-4', 'completed', 4_000),
  said(5, 'thank you parley'),
  ...reply('reply-5', 5, ['You are welcome.']),
  replyEnded('reply-5', 'completed', 900),
];

const TURNS: readonly MediaNotice[] = [
  measured(1, [492, 18, 41, 12, 3, 46, 9, 88]),
  measured(2, [478, 22, 212, 148, 31, 96, 12, 64]),
  measured(3, [486, 140, 388, 296, 44, 118, 96, 102]),
  measured(4, [480, 16, 38, 9, 2, 52, 8, 71]),
  measured(5, [505, 19, 96, 240, 62, 171, 14, 83]),
];

const STATS: readonly MediaNotice[] = Array.from({ length: 80 }, (_, index) => ({
  type: 'stats',
  stats: {
    atMs: index * 500,
    rttMs: 24 + 9 * Math.sin(index / 3) + (index % 17 === 0 ? 30 : 0),
    unackedMs: 60 + 40 * Math.abs(Math.sin(index / 5)),
    jitterBufferMs: Math.max(0, 130 + 60 * Math.sin(index / 4)),
    jitterTargetMs: index < 40 ? 80 : 120,
    underruns: 0,
    chunksSent: index * 5,
    bytesSent: index * 1_600,
    line: { codec: 'opus', reason: 'late', sockets: 2, rttMs: 24, loss: 0.06 },
    reconnects: 1,
    echoDb: -62,
    echoDelayMs: 96,
  },
}));

/** Of the last turn: its answer begins to be heard at 42,400 ms. */
const LOG: readonly MediaNotice[] = [
  logged(36_000, 'socket', 'open', 'parley.v1'),
  logged(36_041, 'received', 'session.created', '#1'),
  logged(40_310, 'vad', 'speech start', 'p 0.81'),
  logged(40_312, 'sent', 'input_audio_buffer.speech_started', '#1'),
  ...loggedAudio('sent', 20, 40_320, 90),
  logged(42_210, 'vad', 'speech end', '480 ms of silence'),
  logged(42_211, 'sent', 'input_audio_buffer.speech_stopped', '#22'),
  logged(42_268, 'received', 'conversation.item.input_audio_transcription.completed', '#2'),
  logged(42_274, 'received', 'response.created', '#3'),
  ...loggedAudio('received', 18, 42_331, 3),
  logged(42_402, 'playback', 'audible', ''),
];

function logged(
  atMs: number,
  source: DebugEntry['source'],
  name: string,
  detail: string,
): MediaNotice {
  return { type: 'debug', entry: { atMs, source, name, detail } };
}

function loggedAudio(source: 'sent' | 'received', count: number, fromMs: number, everyMs: number) {
  return Array.from({ length: count }, (_, index) =>
    logged(fromMs + index * everyMs, source, 'audio', `#${index + 2}`),
  );
}

export const SCENES = {
  idle: { start: false, notices: [] },
  asking: { microphone: 'pending', notices: [] },
  askingInSession: { microphone: 'pending', notices: [...IN_SESSION, phase('listening')] },
  listening: { notices: [...IN_SESSION, phase('listening')] },
  hearing: {
    notices: [...EARLIER, phase('hearing'), said(3, 'tell me something about', 'partial')],
  },
  thinking: {
    notices: [...EARLIER, said(3, 'tell me something about octopuses'), phase('thinking')],
  },
  speaking: {
    notices: [...EARLIER, ...ANSWERING],
  },
  interrupted: {
    notices: [
      ...EARLIER,
      ...ANSWERING,
      replyEnded('reply-3', 'cancelled', 4_600),
      phase('hearing'),
      said(4, 'wait, set a', 'partial'),
    ],
  },
  timer: {
    notices: [
      ...EARLIER,
      phase('speaking'),
      ...reply('reply-3', null, ['Your ten second timer is done.'], 'timer'),
      played('reply-3', 1_600),
    ],
  },
  reconnecting: {
    notices: [...EARLIER, phase('listening'), phase('reconnecting')],
  },
  pageListening: {
    notices: [
      ...EARLIER,
      stage('transcriber', 'browser'),
      phase('hearing'),
      said(3, 'tell me something about', 'partial'),
    ],
  },
  pageSpeaking: {
    notices: [
      ...EARLIER,
      stage('transcriber', 'browser'),
      stage('synthesizer', 'browser'),
      ...ANSWERING,
    ],
  },
  standIns: {
    notices: [
      ...EARLIER,
      stage('generator', 'another'),
      stage('synthesizer', 'another'),
      phase('listening'),
    ],
  },
  typingOnly: {
    notices: [
      ...IN_SESSION,
      stage('transcriber', 'browser'),
      { type: 'page-ability', stage: 'transcriber', ability: 'missing' },
      phase('listening'),
    ],
  },
  readingOnly: {
    notices: [...EARLIER, stage('synthesizer', 'none'), phase('listening')],
  },
  speechless: {
    notices: [
      ...EARLIER,
      stage('transcriber', 'none'),
      stage('synthesizer', 'none'),
      stage('generator', 'another'),
      phase('listening'),
    ],
  },
  slowLine: {
    notices: [...EARLIER, { type: 'line', isLate: true }, phase('listening')],
  },
  unreachable: {
    notices: [
      ...EARLIER,
      phase('listening'),
      phase('reconnecting'),
      { type: 'unreachable', retryInMs: 19_000 },
    ],
  },
  lost: {
    notices: [
      ...EARLIER,
      phase('listening'),
      { type: 'microphone', result: { ok: false, refusal: 'lost' } },
    ],
  },
  long: {
    notices: [...EARLIER, ...ANSWERING, ...MORE, phase('listening')],
  },
  broken: {
    notices: [
      { type: 'session', session: SESSION, conversationId: 'conversation-1' },
      ...EARLIER,
      phase('listening'),
      { type: 'closed', reason: { ...CLOSE_REASONS.draining } },
    ],
  },
  replaced: {
    notices: [...EARLIER, phase('listening'), { type: 'session-replaced' }],
  },
  refused: { microphone: 'denied', notices: [...IN_SESSION, phase('listening')] },
  busy: { microphone: 'in-use', notices: [...IN_SESSION, phase('listening')] },
  unrecognised: { notices: [...EARLIER, said(3, '', 'unrecognised'), phase('listening')] },
  failed: {
    notices: [
      ...EARLIER,
      said(3, '', 'failed'),
      phase('listening'),
      {
        type: 'error',
        code: 'transcriber_failed',
        message: 'What you said could not be recognised this time. Please say it again.',
      },
    ],
  },
  capacity: {
    notices: [
      {
        type: 'error',
        code: 'capacity_exhausted',
        message: 'All voices are busy at the moment. Try again in a few seconds.',
      },
      { type: 'closed', reason: CLOSE_REASONS.draining },
    ],
  },
  ended: {
    notices: [...EARLIER, phase('listening'), { type: 'closed', reason: CLOSE_REASONS.idle }],
  },
  costly: {
    notices: [...EARLIER, spent(0.0213, 40), spent(0.0471, 90), ...ANSWERING],
  },
  warned: {
    notices: [
      ...EARLIER,
      spent(4.12, 9_000, true),
      { type: 'ending', reason: 'duration', inMs: 120_000 },
      phase('listening'),
    ],
  },
  dayWarned: {
    notices: [...EARLIER, spent(0.12, 900, true), phase('listening')],
  },
  overBudget: {
    notices: [
      ...EARLIER,
      spent(5, 11_000, true),
      { type: 'closed', reason: CLOSE_REASONS.budgetExhausted },
    ],
  },
  measured: {
    notices: [
      ...EARLIER,
      ...ANSWERING,
      ...TURNS,
      spent(0.0213, 40),
      spent(0.0471, 90),
      ...STATS,
      ...LOG,
      measured(6, [481, 14, 36, 11, 2, 49, 8, 69]),
      logged(42_980, 'received', 'response.done', '#40'),
    ],
  },
} as const satisfies Record<string, Scene>;

export type SceneName = keyof typeof SCENES;
