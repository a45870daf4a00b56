import { ERRORS, type ConversationDetail, type StoredTurn } from '@parley/shared';

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
