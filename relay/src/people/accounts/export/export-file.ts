import { create as contentDisposition } from 'content-disposition';
import type { ConversationDetail, EXPORT_FORMATS } from '@parley/shared';
import { transcriptText } from './transcript-text.ts';
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
