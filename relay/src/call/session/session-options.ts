import type { RelayEventOf, SessionLimits } from '@parley/shared';
import type { Identity } from '../../people/auth/identity.ts';
import type { Recordings } from '../../keeping/recordings/recordings.ts';
import type { WorkTrace } from '../../base/lib/error-boundary.ts';
import type { BudgetScope } from '../../people/metering/caps.ts';
import { offeredLanguages, type LanguagePolicy } from '../stages/languages.ts';
import type { ConversationOptions } from '../turn/conversation-options.ts';
import type { TurnBudget } from '../turn/turn-budget.ts';
import type { SessionSnapshot, SnapshotKeeper } from './session-snapshot.ts';

/** What all sessions of a relay share. */
export interface SessionContext extends Pick<
  ConversationOptions,
  'providers' | 'policy' | 'turnModel' | 'watchdog' | 'opus' | 'clock'
> {
  readonly languages: LanguagePolicy;
  readonly limits: SessionLimits;
  readonly rules: SessionRules;
  /** Without them, calls cannot be recorded. */
  readonly recordings?: Pick<Recordings, 'record'> | undefined;
}

/** What a caller's plan allows now: an administrator may change it during a call. */
export interface SessionRules {
  /** In the place of those of all sessions. */
  limits(caller: Identity): Partial<SessionLimits>;
  /** Events that one session may send in a minute, pings aside. */
  controlMessagesPerMinute(caller: Identity): number;
  /** Over all sessions of the caller. */
  turnsPerMinute(caller: Identity): number;
  /** Whether tools of MCP servers may be used. */
  allowsTools(caller: Identity): boolean;
  /** Counts a turn. @returns false if the caller has had as many as they may, over all sessions */
  takeTurn(caller: Identity): boolean;
}

export function limitsOf({ limits, rules }: SessionContext, caller: Identity): SessionLimits {
  return { ...limits, ...rules.limits(caller) };
}

/** The languages that a call may choose; the first is that of calls which choose none. */
export function languagesIn({
  providers,
  languages,
}: Pick<SessionContext, 'providers' | 'languages'>): readonly [string, ...string[]] {
  return offeredLanguages(providers.languages, languages);
}

/** For callers that are the relay's own. */
export const NO_RULES: SessionRules = {
  limits: () => ({}),
  controlMessagesPerMinute: () => Infinity,
  turnsPerMinute: () => 60,
  allowsTools: () => true,
  takeTurn: () => true,
};

/** What a session has used and spent. */
export type Spent = NonNullable<SessionSnapshot['spent']>;

/** The money of one session. */
export interface SessionSpending extends TurnBudget {
  /** So far. */
  readonly spent: Spent;
  /** What was used and spent so far. */
  statement(): Omit<RelayEventOf<'session.usage'>, 'type' | 'seq'>;
  /** The budgets that are nearly used up, each once. */
  takeWarnings(): readonly BudgetScope[];
}

export interface SessionOptions extends Pick<
  ConversationOptions,
  'settings' | 'history' | 'emit' | 'logger'
> {
  readonly id: string;
  /** Under which what is said is kept. */
  readonly conversationId: string;
  readonly identity: Identity;
  /** The program that calls, in a word or two. */
  readonly client: string;
  /** What the client calls it by, for the log. */
  readonly tags?: readonly string[] | undefined;
  /** Without it the session has no limit of money, and reports none. */
  readonly spending?: SessionSpending | undefined;
  /** Without it the session is not traced. */
  readonly trace?: { readonly id: string; readonly work: WorkTrace } | undefined;
  /** Where it calls from; undefined if that counts for nothing. */
  readonly address?: string | undefined;
  /** `fingerprint` of the resume token. */
  readonly resumeKey: string;
  /** Called with each change of the memory that is kept for a replay, bytes. */
  readonly onKeptBytes: (changed: number) => void;
  /** Keeps it where other relays find it; undefined: this relay is the only one. */
  readonly keeper?: SnapshotKeeper | undefined;
  /** As another relay left it. */
  readonly restored?: SessionSnapshot | undefined;
  /** Called once, when the session is over. */
  readonly onClosed: () => void;
}

/** Gives sessions their money. */
export interface SpendingDesk {
  /**
   * At once, or later if other relays spend from the same budgets.
   *
   * @throws ParleyError `budget_exhausted`, `capacity_exhausted`
   */
  admit(identity: Identity): void | Promise<void>;
  /**
   * @param address - of the client
   * @param spent - by the same session, in another relay
   */
  open(sessionId: string, identity: Identity, address: string, spent?: Spent): SessionSpending;
  /** For what a call needs before it is opened; the owner gives it back. */
  prepare(sessionId: string, identity: Identity, address: string): TurnBudget & Disposable;
}
