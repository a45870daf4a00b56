import { z } from 'zod';
import { AUDIO_CODECS, clientToolSchema, EAGERNESS } from '@parley/shared';
import type { ConversationSettings } from '../turn/conversation-options.ts';

/** Of another shape, a snapshot is not taken: the relays of a rolling restart may differ. */
export const SNAPSHOT_VERSION = 1;

const identitySchema = z.object({
  userId: z.string(),
  kind: z.enum(['guest', 'account']),
  role: z.enum(['user', 'admin']),
  plan: z.string(),
  expiresAtMs: z.number(),
});

/** What a ticket stands for: a call that has not begun. */
export const grantSchema = z.object({
  sessionId: z.string(),
  resumeKey: z.string(),
  conversationId: z.string(),
  isContinued: z.boolean(),
  identity: identitySchema,
  client: z.string(),
  address: z.string(),
  tags: z.array(z.string()).readonly().optional(),
  voice: z.string(),
  language: z.string(),
  timeZone: z.string(),
});

const messageSchema = z.union([
  z.object({ role: z.literal('earlier'), text: z.string() }),
  z.object({
    role: z.literal('user'),
    text: z.string(),
    unrecognised: z.boolean().exactOptional(),
    isDoubtful: z.boolean().exactOptional(),
  }),
  z.object({ role: z.literal('assistant'), text: z.string() }),
]);

const settingsSchema: z.ZodType<ConversationSettings> = z.object({
  voice: z.string(),
  speed: z.number().optional(),
  timeZone: z.string(),
  language: z.string(),
  isSpoken: z.boolean(),
  voiceCodec: z.enum(AUDIO_CODECS).exactOptional(),
  eagerness: z.enum(EAGERNESS),
  asksBrowser: z.boolean().exactOptional(),
  browserListens: z.boolean().exactOptional(),
  createsResponses: z.boolean().exactOptional(),
  instructions: z.string().exactOptional(),
  tools: z.array(clientToolSchema).readonly().exactOptional(),
});

/** What another relay needs to go on with a call. Instants are ms since 1970. */
export const snapshotSchema = z.object({
  version: z.literal(SNAPSHOT_VERSION),
  grant: grantSchema,
  settings: settingsSchema,
  /** The zero of the session clock. */
  startedAtMs: z.number(),
  /** The newest number that was sent to the client. */
  sentSeq: z.number(),
  /** How far the client's messages are settled. */
  received: z.object({ seq: z.number(), settled: z.array(z.number()).readonly() }),
  conversation: z.object({
    isQuestionOpen: z.boolean(),
    nextItem: z.number(),
    reminders: z
      .array(z.object({ id: z.number(), label: z.string(), text: z.string(), dueAtMs: z.number() }))
      .readonly(),
  }),
  /** undefined: what is said is kept nowhere. */
  messages: z.array(messageSchema).readonly().optional(),
  /** What the call has cost; undefined: nothing is counted. */
  spent: z
    .object({
      microUsd: z.number(),
      usage: z.object({
        asr_seconds: z.number(),
        llm_input_tokens: z.number(),
        llm_output_tokens: z.number(),
        tts_characters: z.number(),
        llm_tokens_estimated: z.boolean().optional(),
      }),
    })
    .optional(),
});

export type SessionSnapshot = z.infer<typeof snapshotSchema>;

/** Where the snapshots of calls are kept for other relays. */
export interface SnapshotKeeper {
  /**
   * @param isReleased - this relay gives the call up: the next that is asked for it has it
   * @returns false if another relay holds the call, so that it is over here
   * @throws Error if they cannot be kept at the moment
   */
  keep(resumeKey: string, snapshot: SessionSnapshot, isReleased: boolean): Promise<boolean>;
  /** The call is over. */
  forget(resumeKey: string): void;
}
