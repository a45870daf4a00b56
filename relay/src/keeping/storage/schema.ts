import { sql } from 'drizzle-orm';
import {
  bigint,
  boolean,
  foreignKey,
  index,
  integer,
  jsonb,
  pgPolicy,
  pgRole,
  pgSchema,
  text,
  timestamp,
  unique,
} from 'drizzle-orm/pg-core';
import type { LatencyMarks, StoredTurn } from '@parley/shared';

/**
 * Tables, indexes and row-level security. Roles, grants and triggers stand in migrations of their
 * own, because drizzle does not know them. After a change: `drizzle-kit generate` in `relay`.
 */
export const parley = pgSchema('parley');

/** What every query of a user runs as: it owns nothing, and sees only rows of that user. */
export const userRole = pgRole('parley_user').existing();

/** The user of the transaction; null outside of one, so that no row is visible. */
const CLAIMED_USER = sql`(nullif(current_setting('request.jwt.claims', true), '')::json ->> 'sub')`;

/** A user sees and changes only rows that are theirs; what may be changed is granted by column. */
const ownRows = (name: string) =>
  pgPolicy(`${name}_own`, {
    for: 'all',
    to: userRole,
    using: sql`user_id = ${CLAIMED_USER}`,
    withCheck: sql`user_id = ${CLAIMED_USER}`,
  });

/** ms, because cursors carry instants as whole numbers. */
const instant = (name: string) =>
  timestamp(name, { withTimezone: true, precision: 3, mode: 'date' });
const count = (name: string) => bigint(name, { mode: 'number' });

export const users = parley.table(
  'users',
  {
    id: text().primaryKey(),
    kind: text().notNull(),
    plan: text().notNull(),
    createdAt: instant('created_at').notNull(),
    seenAt: instant('seen_at').notNull(),
  },
  () => [
    pgPolicy('users_own', {
      for: 'all',
      to: userRole,
      using: sql`id = ${CLAIMED_USER}`,
      withCheck: sql`id = ${CLAIMED_USER}`,
    }),
  ],
);

export const conversations = parley.table(
  'conversations',
  {
    id: text().primaryKey(),
    userId: text('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    /** null: nothing was said that could be its title, or transcripts are not kept. */
    title: text(),
    /** The key that the title is encrypted with; null: it is not. */
    titleKey: text('title_key'),
    isRenamed: boolean('is_renamed').notNull().default(false),
    createdAt: instant('created_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
  },
  (table) => [
    // What belongs to it belongs to the same user: its foreign keys name both.
    unique('conversations_owner').on(table.id, table.userId),
    index('conversations_latest').on(
      table.userId,
      table.updatedAt.desc().nullsFirst(),
      table.id.desc().nullsFirst(),
    ),
    ownRows('conversations'),
  ],
);

export const sessions = parley.table(
  'sessions',
  {
    id: text().primaryKey(),
    conversationId: text('conversation_id').notNull(),
    userId: text('user_id').notNull(),
    /** The data folder of the relay that it ran on. */
    instance: text().notNull(),
    client: text().notNull(),
    startedAt: instant('started_at').notNull(),
    /** null while it runs. */
    endedAt: instant('ended_at'),
    durationMs: count('duration_ms').notNull().default(0),
    closeReason: text('close_reason'),
  },
  (table) => [
    unique('sessions_owner').on(table.id, table.conversationId, table.userId),
    foreignKey({
      name: 'sessions_conversation',
      columns: [table.conversationId, table.userId],
      foreignColumns: [conversations.id, conversations.userId],
    }).onDelete('cascade'),
    index('sessions_of_conversation').on(table.conversationId),
    index('sessions_running')
      .on(table.instance)
      .where(sql`ended_at is null`),
    ownRows('sessions'),
  ],
);

export const turns = parley.table(
  'turns',
  {
    id: text().primaryKey(),
    sessionId: text('session_id').notNull(),
    conversationId: text('conversation_id').notNull(),
    userId: text('user_id').notNull(),
    /** Counts how often it was written: what is heard of a reply may become known after its end. */
    revision: integer().notNull(),
    at: instant('at').notNull(),
    offsetMs: count('offset_ms').notNull(),
    trigger: text().$type<StoredTurn['trigger']>().notNull(),
    userText: text('user_text'),
    /** As heard. */
    replyText: text('reply_text'),
    /** Written, but not heard. */
    unheardText: text('unheard_text'),
    /** The key that the three texts are encrypted with; null: they are not. */
    textKey: text('text_key'),
    wasInterrupted: boolean('was_interrupted').notNull(),
    timeline: jsonb().$type<LatencyMarks>().notNull(),
    providers: jsonb().$type<StoredTurn['providers']>().notNull(),
    error: text().$type<NonNullable<StoredTurn['error']>>(),
  },
  (table) => [
    foreignKey({
      name: 'turns_session',
      columns: [table.sessionId, table.conversationId, table.userId],
      foreignColumns: [sessions.id, sessions.conversationId, sessions.userId],
    }).onDelete('cascade'),
    index('turns_of_conversation').on(table.conversationId, table.at),
    index('turns_of_session').on(table.sessionId),
    index('turns_latest').on(table.userId, table.at.desc().nullsFirst()),
    index('turns_by_age').on(table.at),
    ownRows('turns'),
  ],
);

/** Append-only: a trigger refuses every change but that of a user's id to a pseudonym. */
export const ledger = parley.table(
  'ledger',
  {
    id: text().primaryKey(),
    at: instant('at').notNull(),
    /** No reference: amounts outlive the user. */
    userId: text('user_id').notNull(),
    plan: text().notNull(),
    sessionId: text('session_id'),
    turnId: text('turn_id'),
    stage: text().notNull(),
    provider: text().notNull(),
    model: text().notNull(),
    purpose: text().notNull(),
    audioMs: count('audio_ms').notNull().default(0),
    inputTokens: count('input_tokens').notNull().default(0),
    cachedInputTokens: count('cached_input_tokens').notNull().default(0),
    cacheWriteTokens: count('cache_write_tokens').notNull().default(0),
    outputTokens: count('output_tokens').notNull().default(0),
    characters: count('characters').notNull().default(0),
    microUsd: count('micro_usd').notNull(),
    isPriced: boolean('is_priced').notNull(),
    isEstimated: boolean('is_estimated').notNull(),
  },
  (table) => [
    index('ledger_of_user').on(table.userId, table.at),
    index('ledger_by_age').on(table.at),
    index('ledger_of_session').on(table.sessionId),
    index('ledger_of_turn').on(table.turnId),
    ownRows('ledger'),
  ],
);

export const recordings = parley.table(
  'recordings',
  {
    id: text().primaryKey(),
    sessionId: text('session_id').notNull(),
    conversationId: text('conversation_id').notNull(),
    userId: text('user_id').notNull(),
    at: instant('at').notNull(),
    /** Its name in `DATA_DIR/recordings`. */
    file: text().notNull(),
    bytes: count('bytes').notNull(),
    durationMs: count('duration_ms').notNull(),
    /** The key that the file is encrypted with; null: it is not. */
    key: text('key_id'),
  },
  (table) => [
    foreignKey({
      name: 'recordings_session',
      columns: [table.sessionId, table.conversationId, table.userId],
      foreignColumns: [sessions.id, sessions.conversationId, sessions.userId],
    }).onDelete('cascade'),
    index('recordings_of_conversation').on(table.conversationId),
    ownRows('recordings'),
  ],
);

/** What was deleted stays deleted: records that come later are left out. Filled by a trigger. */
export const removedConversations = parley
  .table('removed_conversations', {
    id: text().primaryKey(),
    at: instant('at').notNull(),
  })
  .enableRLS();

/** In the order in which rows can be inserted. */
export const TABLES = {
  users,
  conversations,
  sessions,
  turns,
  ledger,
  recordings,
  removed_conversations: removedConversations,
} as const;
