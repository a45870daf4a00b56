/** What names a session in the log. */
export interface SessionNames {
  readonly sessionId: string;
  readonly userId: string;
  readonly tags?: readonly string[] | undefined;
}

/** The fields of every log line of a session. */
export function sessionFields({ sessionId, userId, tags = [] }: SessionNames) {
  return { sessionId, userId, ...(tags.length > 0 && { tags }) };
}
