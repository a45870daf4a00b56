import type { ClauseKind } from '../../stages/clause-track.ts';

/** Words of a reply on their way to becoming clauses. */
export interface ReplyText {
  readonly kind: ClauseKind;
  readonly text: string;
}

/** What a generator's events become. */
export type ReplyPiece = ReplyText | { readonly kind: 'tool-called' };
