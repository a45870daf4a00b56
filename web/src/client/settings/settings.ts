import { LINE_CHOICES } from '@parley/shared/link/line-state';
import { EAGERNESS } from '@parley/shared/turn-detection';
import { NO_HELP, WAYS_TO_HEAR, type BrowserHelp } from '../messages/page-requests.ts';
import { INTERRUPTIONS, type CallChoices } from '../messages/media-messages.ts';

const SIGNALS = ['off', 'some', 'all', 'vibration'] as const;
const WAYS_TO_TALK = ['voice', 'hold'] as const;

/** What a person chose, kept in this browser. */
export interface Settings extends CallChoices {
  readonly theme: 'system' | 'light' | 'dark';
  readonly captionSize: 'small' | 'medium' | 'large';
  /** A screen reader reads each answer again once it was spoken. */
  readonly readsAnswers: boolean;
  /** Was shown that an answer can be interrupted. */
  readonly guided: boolean;
  /** 0–1 */
  readonly volume: number;
  /** Short sounds, or vibration; `some` does not say when it is the person's turn. */
  readonly signals: (typeof SIGNALS)[number];
  /** Whether speech is heard whenever there is some, or only while a button is held. */
  readonly talkBy: (typeof WAYS_TO_TALK)[number];
  /** What the browser does by itself: nothing until the person has switched it on. */
  readonly browserHelp: BrowserHelp;
  /** null: the system's choice. */
  readonly microphoneId: string | null;
  readonly speakerId: string | null;
}

export const DEFAULT_SETTINGS: Settings = {
  theme: 'system',
  captionSize: 'medium',
  signals: 'some',
  talkBy: 'voice',
  readsAnswers: false,
  guided: false,
  volume: 1,
  eagerness: 'medium',
  interruption: 'automatic',
  speed: 1,
  line: 'auto',
  browserHelp: NO_HELP,
  voice: null,
  language: null,
  microphoneId: null,
  speakerId: null,
};

export type KeyValueStore = Pick<Storage, 'getItem' | 'setItem'>;

/** `theme.js` reads the same key before the first paint. */
export const SETTINGS_KEY = 'parley.settings';

const THEMES = ['system', 'light', 'dark'] as const;
const CAPTION_SIZES = ['small', 'medium', 'large'] as const;

/** Reads the kept settings; what is missing or not valid is the default. Never throws. */
export function readKeptSettings(store: KeyValueStore | null): Settings {
  const kept = readKept(store, SETTINGS_KEY);
  return {
    theme: oneOf(THEMES, kept['theme'], DEFAULT_SETTINGS.theme),
    captionSize: oneOf(CAPTION_SIZES, kept['captionSize'], DEFAULT_SETTINGS.captionSize),
    signals: oneOf(SIGNALS, kept['signals'], earlierSignals(kept)),
    talkBy: oneOf(WAYS_TO_TALK, kept['talkBy'], DEFAULT_SETTINGS.talkBy),
    guided: booleanOr(kept['guided'], DEFAULT_SETTINGS.guided),
    readsAnswers: booleanOr(kept['readsAnswers'], DEFAULT_SETTINGS.readsAnswers),
    volume: isFraction(kept['volume']) ? kept['volume'] : DEFAULT_SETTINGS.volume,
    eagerness: oneOf(EAGERNESS, kept['eagerness'], DEFAULT_SETTINGS.eagerness),
    interruption: oneOf(INTERRUPTIONS, kept['interruption'], DEFAULT_SETTINGS.interruption),
    speed: isSpeed(kept['speed']) ? kept['speed'] : DEFAULT_SETTINGS.speed,
    line: oneOf(LINE_CHOICES, kept['line'], DEFAULT_SETTINGS.line),
    browserHelp: helpIn(kept['browserHelp']),
    voice: identifierOrNull(kept['voice']),
    language: identifierOrNull(kept['language']),
    microphoneId: identifierOrNull(kept['microphoneId']),
    speakerId: identifierOrNull(kept['speakerId']),
  };
}

/** Keeps the settings; a browser that refuses storage keeps them for this page only. */
export function writeSettings(store: KeyValueStore | null, settings: Settings): void {
  writeKept(store, SETTINGS_KEY, settings);
}

/** An object kept under `key`; an empty one if there is none or it cannot be read. */
export function readKept(
  store: KeyValueStore | null,
  key: string,
): Readonly<Record<string, unknown>> {
  try {
    const parsed: unknown = JSON.parse(store?.getItem(key) ?? '{}');
    if (typeof parsed !== 'object' || parsed === null) return {};
    return parsed as Readonly<Record<string, unknown>>;
  } catch {
    return {};
  }
}

export function writeKept(store: KeyValueStore | null, key: string, value: object): void {
  try {
    store?.setItem(key, JSON.stringify(value));
  } catch {
    // Storage is full or forbidden (private windows): the value lasts as long as the page.
  }
}

function oneOf<T extends string>(choices: readonly T[], value: unknown, otherwise: T): T {
  return choices.find((choice) => choice === value) ?? otherwise;
}

/** Until November 2026 there were two settings for it. */
function earlierSignals({ turnCue, earcons }: Readonly<Record<string, unknown>>) {
  if (turnCue === 'vibration') return turnCue;
  if (turnCue === 'tone') return 'all';
  return earcons === false ? 'off' : DEFAULT_SETTINGS.signals;
}

function booleanOr(value: unknown, otherwise: boolean): boolean {
  return typeof value === 'boolean' ? value : otherwise;
}

function isFraction(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= 1;
}

function helpIn(kept: unknown): BrowserHelp {
  const { answers, hears } = (kept ?? {}) as Record<keyof BrowserHelp, unknown>;
  return { answers: answers === true, hears: oneOf(WAYS_TO_HEAR, hears, 'off') };
}

/** As much as the protocol takes; each voice has its own range. */
function isSpeed(value: unknown): value is number {
  return typeof value === 'number' && value >= 0.25 && value <= 4;
}

function identifierOrNull(value: unknown): string | null {
  return typeof value === 'string' && value !== '' && value.length <= 256 ? value : null;
}
