import type { WorkTrace } from '../../base/lib/error-boundary.ts';

/** What names a session in the log. */
export interface SessionNames {
  readonly sessionId: string;
  readonly userId: string;
  readonly tags?: readonly string[] | undefined;
}

/** The traces of all sessions. */
export interface SessionTraces {
  traceIdOf(sessionId: string): string;
  /** For requests to providers. */
  workTraceOf(sessionId: string): WorkTrace;
}

/**
 * The fields of every log line of a session.
 *
 * @param traces - undefined: sessions are not traced
 */
export function sessionFields(
  { sessionId, userId, tags = [] }: SessionNames,
  traces?: SessionTraces,
): object {
  return {
    sessionId,
    userId,
    ...(tags.length > 0 && { tags }),
    ...(traces && { traceId: traces.traceIdOf(sessionId) }),
  };
}
