import type { LatencyMarks, StoredTurn } from '@parley/shared';
import type { LedgerEntry } from '../../people/metering/ledger.ts';

/** A text as it is written down, and the key that it is encrypted with; null: it is not. */
export interface KeptText {
  readonly text: string;
  readonly key: string | null;
}

/** What each record of a call repeats, so that it can be stored without those before it. */
export interface CallHeader {
  readonly userId: string;
  readonly kind: 'guest' | 'account';
  readonly plan: string;
  readonly conversationId: string;
  readonly sessionId: string;
  readonly client: string;
  /** ms since 1970. */
  readonly startedAtMs: number;
}

export interface SessionRecord {
  readonly type: 'session';
  /** The session's. */
  readonly id: string;
  readonly call: CallHeader;
  /** null while it runs. */
  readonly end: {
    readonly atMs: number;
    readonly durationMs: number;
    readonly closeReason: string;
  } | null;
}

export interface TurnRecord {
  readonly type: 'turn';
  /** The turn's. */
  readonly id: string;
  readonly call: CallHeader;
  /** A later one replaces an earlier one. */
  readonly revision: number;
  /** ms since 1970. */
  readonly atMs: number;
  readonly trigger: StoredTurn['trigger'];
  readonly userText: string | null;
  /** As heard. */
  readonly replyText: string | null;
  /** Written, but not heard. */
  readonly unheardText: string | null;
  /** The key of all three; null: they are not encrypted. */
  readonly textKey: string | null;
  /** What the conversation is called if it has no title yet. */
  readonly title: KeptText | null;
  readonly wasInterrupted: boolean;
  readonly timeline: LatencyMarks;
  readonly providers: StoredTurn['providers'];
  readonly error: StoredTurn['error'];
}

export interface LedgerRecord {
  readonly type: 'ledger';
  /** The entry's. */
  readonly id: string;
  readonly entry: LedgerEntry;
}

export interface RecordingRecord {
  readonly type: 'recording';
  readonly id: string;
  readonly call: CallHeader;
  /** ms since 1970. */
  readonly atMs: number;
  /** Its name in `DATA_DIR/recordings`. */
  readonly file: string;
  readonly bytes: number;
  readonly durationMs: number;
  readonly key: string | null;
}

/** What the journal carries to the database. The same record may arrive more than once. */
export type JournalRecord = SessionRecord | TurnRecord | LedgerRecord | RecordingRecord;
