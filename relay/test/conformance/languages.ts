import type { Languages } from '../../src/call/stages/languages.ts';

/** Each may stand once, as a primary subtag, so that they can be compared. @returns the others */
export function wrongLanguages(languages: Languages): readonly string[] {
  if (languages?.length === 0) return ['none at all'];
  return (languages ?? []).filter(
    (code, index, all) => !/^[a-z]{2,3}$/.test(code) || all.indexOf(code) !== index,
  );
}
