import { ClauseTrack, type WrittenClause } from './clause-track.ts';
import type { VoiceEvent } from './synthesizer.ts';

/** A reply that consists of these clauses. */
export function trackOf(clauses: AsyncIterable<string> | Iterable<string>): ClauseTrack {
  return new ClauseTrack(
    (async function* (): AsyncGenerator<WrittenClause> {
      for await (const text of clauses) yield { text, kind: 'answer' };
    })(),
  );
}

/** For each `clause-begun` among the events: a clause, or the rest of one. */
export function begunIn(events: readonly VoiceEvent[], track: ClauseTrack): readonly string[] {
  return events.flatMap((event) =>
    event.type === 'clause-begun'
      ? [track.peek(event.clause)!.text.slice(event.fromCharacter)]
      : [],
  );
}
