import type { ErrorCode } from '@parley/shared';
import type { Vice } from '../../simulators/openai/answering.ts';

/** A server's vice, and how a turn over that server ends. */
export interface ViceRow {
  readonly what: string;
  /** What the operator sets for this server, beyond its address and its models. */
  readonly settings?: (url: string) => Readonly<Record<string, string>>;
  readonly vice?: Vice;
  /** The victim is answered, or gets the sentence of this code. */
  readonly end:
    | 'answer'
    | {
        readonly words: RegExp;
        /** Of the reply; undefined if it failed before there was one. */
        readonly code: ErrorCode | undefined;
      };
  /** From the end of the victim's speech to the end of the reply, if it may take this long. */
  readonly withinMs?: number;
  /** What the relay's log says of it, for its operator. */
  readonly logs?: RegExp;
  /** Whether the server is also to stand the checks between requests. */
  readonly isProbed?: boolean;
}
