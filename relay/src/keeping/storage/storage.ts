import type {
  ConversationDetail,
  ConversationsQuery,
  ConversationsResponse,
  LatencyMarks,
  UsageRow,
} from '@parley/shared';
import type { Identity } from '../../people/auth/identity.ts';
import type { JournalRecord } from './records.ts';

/** What is kept of users, conversations and money. */
export interface Storage {
  /** `starting` and `unavailable`: what is written waits on disk, reading throws `storage_unavailable`. */
  readonly state: 'off' | 'starting' | 'ok' | 'unavailable';
  /** What waits on disk for the database. */
  readonly spoolBytes: number;
  /** What one user may see: the database itself refuses everything else. */
  asUser(identity: Pick<Identity, 'userId' | 'role'>): UserStore;
  readonly admin: AdminStore;
  /**
   * Keeps a record, over the end of this process by the time it returns. Never throws, and waits for
   * no database.
   */
  append(record: JournalRecord): void;
}

/**
 * All methods are bounded in time.
 *
 * @throws ParleyError `storage_unavailable`
 */
export interface UserStore {
  conversations(query: ConversationsQuery): Promise<ConversationsResponse>;
  /** undefined: this user has no such conversation. */
  conversation(id: string): Promise<ConversationDetail | undefined>;
  /**
   * What was said in it, as a generator should remember it, oldest first: the latest thousand
   * messages at the most. undefined: this user has no such conversation.
   */
  messages(conversationId: string): Promise<readonly StoredMessage[] | undefined>;
  /** @returns false if this user has no such conversation */
  rename(conversationId: string, title: string): Promise<boolean>;
  /** @returns false if this user has no such conversation */
  remove(conversationId: string): Promise<boolean>;
  /** @param days - ISO 8601, both included */
  usage(days: { readonly from: string; readonly to: string }): Promise<readonly UsageRow[]>;
  /** Deletes all that is kept of this user; the ledger keeps its amounts, without the user's id. */
  removeEverything(): Promise<void>;
}

/** One message of an earlier conversation: what was heard of it, if it is the assistant's. */
export interface StoredMessage {
  readonly role: 'user' | 'assistant';
  readonly text: string;
}

export const USAGE_GROUPS = ['user', 'day', 'provider', 'plan'] as const;
export type UsageGroup = (typeof USAGE_GROUPS)[number];

export interface GroupedUsage {
  /** The user, day, provider or plan. */
  readonly key: string;
  readonly entries: number;
  readonly sessions: number;
  readonly audio_s: number;
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly characters: number;
  readonly cost_usd: number;
}

export interface AdminStore {
  /** @param query.from, query.to - days, ISO 8601, both included */
  usage(query: {
    readonly by: UsageGroup;
    readonly from: string;
    readonly to: string;
  }): Promise<readonly GroupedUsage[]>;
  /** What was spent since an instant, ms since 1970: all, and by user. */
  spentSince(fromMs: number): Promise<{
    readonly microUsd: number;
    readonly byUser: ReadonlyMap<string, number>;
  }>;
  /** Turns of this relay between two instants, ms since 1970; the latest 20,000 at the most. */
  turnsBetween(fromMs: number, beforeMs: number): Promise<readonly KeptTurn[]>;
}

/** What is kept of a turn beside its words. */
export interface KeptTurn {
  /** ms since 1970. */
  readonly atMs: number;
  readonly isFailed: boolean;
  readonly timeline: LatencyMarks;
}
