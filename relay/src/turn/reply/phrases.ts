import { APOLOGY_SENTENCES, EARLIER_I_SAID } from './apologies.ts';
import { clausesOf } from './clauses.ts';
import { FILLER_SENTENCES } from './fillers.ts';

/**
 * Everything the relay says in words of its own, cut as it is handed to a synthesizer: what is
 * worth having ready for when none works.
 */
export async function fixedClauses(): Promise<readonly string[]> {
  const clauses = new Set<string>();
  for (const sentence of [...APOLOGY_SENTENCES, ...FILLER_SENTENCES, EARLIER_I_SAID]) {
    for await (const clause of clausesOf(only(sentence))) clauses.add(clause);
  }
  return [...clauses];
}

async function* only(text: string): AsyncGenerator<string, void, undefined> {
  yield text;
}
