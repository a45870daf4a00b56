import { create as contentDisposition } from 'content-disposition';
import { type ConversationDetail, type EXPORT_FORMATS, ERRORS, type StoredTurn } from '@parley/shared';
import { transcriptVtt } from './transcript-vtt.ts';

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

/** What was typed may have line breaks, which would pass for what another said. */
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
