import { LOG_LEVELS, logNoticeSchema, type LogLevel } from '@parley/shared';

/** One message of the log's tail, as it is shown. */
export type TailMessage =
  | {
      readonly kind: 'line';
      /** ISO 8601; empty if the line has none. */
      readonly at: string;
      readonly level: LogLevel;
      readonly message: string;
      /** All other fields, as `name=value`. */
      readonly fields: string;
    }
  /** So many lines were left out by the relay. */
  | { readonly kind: 'dropped'; readonly count: number };

/** A stack trace says what it has to say in this. */
const MAX_CHARACTERS = 2_000;
const MAX_MESSAGE_CHARACTERS = 500;

/** @returns null for what is not to be shown */
export function tailMessageOf(text: string): TailMessage | null {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof parsed !== 'object' || parsed === null) return null;
  if ('msg' in parsed) return lineOf(parsed);
  const notice = logNoticeSchema.safeParse(parsed);
  return notice.success && 'dropped' in notice.data
    ? { kind: 'dropped', count: notice.data.dropped }
    : null;
}

function lineOf({ level, time, msg, ...rest }: Readonly<Record<string, unknown>>): TailMessage {
  const fields = Object.entries(rest).map(([name, value]) => `${name}=${valueText(value)}`);
  return {
    kind: 'line',
    at: typeof time === 'string' ? time : '',
    level: LOG_LEVELS.find((name) => name === level) ?? 'info',
    message: String(msg).slice(0, MAX_MESSAGE_CHARACTERS),
    fields: fields.join(' ').slice(0, MAX_CHARACTERS),
  };
}

function valueText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
