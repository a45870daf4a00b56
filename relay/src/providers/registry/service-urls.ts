import { STAGES } from '@parley/shared';
import { variablesOf, type Configuration } from './configuration.ts';

/** Where the providers in use are, by `stage:name`; those of the relay itself are left out. */
export function serviceUrls({ chosen, values }: Configuration): ReadonlyMap<string, string> {
  return new Map(
    STAGES.flatMap((stage) =>
      chosen[stage].flatMap((candidate) => {
        const { baseUrl } = variablesOf(candidate);
        const url = candidate.access?.(values)?.baseUrl ?? values[baseUrl];
        return typeof url === 'string' ? [[`${stage}:${candidate.name}`, url] as const] : [];
      }),
    ),
  );
}
