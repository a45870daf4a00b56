import { create as contentDisposition } from 'content-disposition';
import {
  type ConversationDetail,
  type EXPORT_FORMATS,
  ERRORS,
  type StoredTurn,
} from '@parley/shared';

/** Speaks about fifteen characters a second; used for what has a beginning but no known end. */
const MS_PER_CHARACTER = 65;

const MIN_SPAN_MS = 1_000;

/** A span of a conversation, in ms from its beginning, with its calls laid end to end. */
interface Span {
  readonly startMs: number;
  readonly endMs: number;
}

interface TimedTurn {
  readonly turn: StoredTurn;
  /** When the person spoke or typed; undefined if they did not. */
  readonly user: Span | undefined;
  /** When the reply was heard, or shown; undefined if there was none. */
  readonly reply: Span | undefined;
}

export type ExportFormat = (typeof EXPORT_FORMATS)[number];

export interface ExportFile {
  readonly body: string;
  readonly contentType: string;
  readonly contentDisposition: string;
}

/** Longest that a file's name takes of a title, characters. */
const MAX_NAME_CHARACTERS = 60;

const FORMATS: Readonly<
  Record<
    ExportFormat,
    { ending: string; contentType: string; write: (conversation: ConversationDetail) => string }
  >
> = {
  text: { ending: 'txt', contentType: 'text/plain; charset=utf-8', write: transcriptText },
  json: {
    ending: 'json',
    contentType: 'application/json',
    write: (conversation) => `${JSON.stringify(conversation, null, 2)}\n`,
  },
  vtt: { ending: 'vtt', contentType: 'text/vtt; charset=utf-8', write: transcriptVtt },
};

/** A conversation as a file to be saved. */
export function exportFile(conversation: ConversationDetail, format: ExportFormat): ExportFile {
  const { ending, contentType, write } = FORMATS[format];
  return {
    body: write(conversation),
    contentType,
    contentDisposition: attachment(conversation.title, ending),
  };
}

/**
 * The header that has a browser save what is sent (RFC 6266).
 *
 * @param title - what a person chose; only what every file system takes is left of it
 */
export function attachment(title: string, ending: string): string {
  const stem = title
    .toWellFormed()
    .normalize('NFC')
    // Reserved on Windows, separators elsewhere; marks that reorder text could hide the ending.
    .replaceAll(/[\p{Cc}\p{Cf}<>:"/\\|?*%]+/gu, ' ')
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/^[ .]+|[ .]+$/g, '');
  const short = [...stem].slice(0, MAX_NAME_CHARACTERS).join('').trim();
  return contentDisposition(`${short === '' ? 'conversation' : short}.${ending}`);
}

/** A conversation for people to read; words that were cut off by an interruption are marked. */
export function transcriptText({ title, sessions, turns }: ConversationDetail): string {
  const calls = sessions.map((session) => {
    const lines = turns
      .filter((turn) => turn.session_id === session.id)
      .flatMap((turn) => linesOf(turn));
    return [`Call of ${dateOf(session.started_at)}`, '', ...lines].join('\n');
  });
  return `${[oneLine(title), ...calls].join('\n\n')}\n`;
}

function linesOf(turn: StoredTurn): string[] {
  const { reply_text: heard, unheard_text: unheard, error } = turn;
  const at = `[${clock(turn.offset_ms)}]`;
  const lines: string[] = [];
  if (turn.user_text !== null) lines.push(`${at} You: ${oneLine(turn.user_text)}`);
  if (heard !== null || unheard !== null) {
    const cutOff = unheard === null ? '' : `[cut off: ${oneLine(unheard)}]`;
    const words = [oneLine(heard ?? ''), cutOff].filter((part) => part !== '').join(' ');
    lines.push(`${at} Parley: ${words}`);
  }
  if (error !== null) lines.push(`${at} (${ERRORS[error].message})`);
  return lines;
}

/** Typed text may have line breaks, which could look like another speaker's words. */
function oneLine(text: string): string {
  return text.replaceAll(/[\s\p{Cc}]+/gu, ' ').trim();
}

function dateOf(instant: string): string {
  return `${instant.slice(0, 16).replace('T', ' ')} UTC`;
}

function clock(ms: number): string {
  const seconds = Math.floor(ms / 1_000);
  const two = (value: number) => String(Math.floor(value)).padStart(2, '0');
  return `${two(seconds / 60)}:${two(seconds % 60)}`;
}

/**
 * A conversation as WebVTT (https://www.w3.org/TR/webvtt1/): a cue for each thing said, with its
 * speaker; words that were cut off by an interruption stand in a span of class `cut-off`.
 */
export function transcriptVtt(conversation: ConversationDetail): string {
  const blocks = [`WEBVTT - ${lineOf(conversation.title)}`];
  for (const { turn, user, reply } of timesOf(conversation)) {
    if (user !== undefined) {
      blocks.push(cue(`${turn.id}-person`, user, 'Person', payload(turn.user_text ?? '')));
    }
    if (reply === undefined) continue;
    const unheard = payload(turn.unheard_text ?? '');
    const cutOff = unheard === '' ? '' : `<c.cut-off>${unheard}</c>`;
    const words = [payload(turn.reply_text ?? ''), cutOff].filter((part) => part !== '').join(' ');
    blocks.push(cue(`${turn.id}-parley`, reply, 'Parley', words));
  }
  return `${blocks.join('\n\n')}\n`;
}

function cue(id: string, { startMs, endMs }: Span, voice: string, words: string): string {
  return `${lineOf(id)}\n${timestamp(startMs)} --> ${timestamp(endMs)}\n<v ${voice}>${words}</v>`;
}

/** On one line, without what would begin a tag, an entity or an arrow. */
function payload(text: string): string {
  return lineOf(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** A header or a cue's name may not hold an arrow. */
function lineOf(text: string): string {
  return text
    .replaceAll(/[\s\p{Cc}]+/gu, ' ')
    .replaceAll('-->', '→')
    .trim();
}

function timestamp(ms: number): string {
  const whole = Math.round(ms);
  const two = (value: number) => String(Math.floor(value)).padStart(2, '0');
  const hours = two(whole / 3_600_000);
  const minutes = two((whole / 60_000) % 60);
  const seconds = two((whole / 1_000) % 60);
  return `${hours}:${minutes}:${seconds}.${String(whole % 1_000).padStart(3, '0')}`;
}

/** Where the turns of a conversation lie in time: in order, none beginning before the one before it. */
function timesOf({ sessions, turns }: ConversationDetail): readonly TimedTurn[] {
  const lengths = new Map(sessions.map(({ id, duration_s: lengthS }) => [id, lengthS * 1_000]));
  for (const turn of turns) {
    // A call that runs has no duration yet, but turns.
    lengths.set(turn.session_id, Math.max(lengths.get(turn.session_id) ?? 0, endOf(turn)));
  }
  const bases = new Map<string, number>();
  let baseMs = 0;
  for (const [id, ms] of lengths) {
    bases.set(id, baseMs);
    baseMs += ms;
  }
  let latestMs = 0;
  return turns.map((turn, index) => {
    const sessionMs = bases.get(turn.session_id) ?? 0;
    const next = turns[index + 1];
    const isCutByNext = turn.was_interrupted && next?.session_id === turn.session_id;
    const { user, reply } = spansOf(turn, isCutByNext ? next.offset_ms : Infinity);
    const place = (span: Span | undefined) => {
      if (span === undefined) return undefined;
      const startMs = Math.max(latestMs, sessionMs + span.startMs);
      latestMs = startMs;
      return { startMs, endMs: Math.max(startMs + 1, sessionMs + span.endMs) };
    };
    return { turn, user: place(user), reply: place(reply) };
  });
}

/** @param cutMs - when the reply was interrupted, on the session clock */
function spansOf(turn: StoredTurn, cutMs: number) {
  const { offset_ms: startMs, user_text: said, timeline } = turn;
  const heard = `${turn.reply_text ?? ''}${turn.unheard_text ?? ''}`.trim();
  const userEndMs = timeline.speech_end ?? timeline.end_received ?? startMs + lengthMs(said ?? '');
  const user = said === null ? undefined : { startMs, endMs: Math.max(userEndMs, startMs) };
  if (heard === '') return { user, reply: undefined };
  const { audio_heard, audio_received, tts_first_audio, first_clause } = timeline;
  const replyMs = audio_heard ?? audio_received ?? tts_first_audio ?? first_clause ?? startMs;
  const replyEndMs = Math.min(replyMs + lengthMs(turn.reply_text ?? ''), Math.max(replyMs, cutMs));
  return { user, reply: { startMs: replyMs, endMs: replyEndMs } };
}

function endOf(turn: StoredTurn): number {
  const { user, reply } = spansOf(turn, Infinity);
  return Math.max(user?.endMs ?? 0, reply?.endMs ?? 0);
}

function lengthMs(text: string): number {
  return Math.max(MIN_SPAN_MS, text.length * MS_PER_CHARACTER);
}
