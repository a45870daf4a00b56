import type { Config } from '../base/config/config.ts';
import type { Clock } from '../base/lib/clock.ts';
import type { Logger } from '../base/lib/logger.ts';
import type { Problems } from '../base/lib/problems.ts';
import type { SharedMoney } from '../people/accounts/money.ts';
import type { OpenReplicas } from './open-replicas.ts';

export interface JoinReplicasOptions {
  readonly config: Config;
  readonly version: string;
  readonly state: { readonly isWarm: boolean };
  /** undefined: the relay is being put together. */
  readonly calls: () =>
    | { readonly registry: { readonly size: number }; readonly isDraining: () => boolean }
    | undefined;
  /** undefined: the relay counts no money. */
  readonly money: SharedMoney | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly problems: Problems;
}

export type JoinedReplicas = OpenReplicas | undefined;

/** @returns undefined: this relay is the only one, and nothing of several is loaded */
export async function joinReplicas(options: JoinReplicasOptions): Promise<JoinedReplicas> {
  const { config, version, state, calls } = options;
  if (config.replicas === undefined) return undefined;
  const { openReplicas } = await import('./open-replicas.ts');
  const startedAtMs = Date.now();
  const describe = () =>
    ({
      ...{ version, startedAtMs, calls: calls()?.registry.size ?? 0 },
      // An operator's word counts like a stop.
      state: calls()?.isDraining() === true ? 'draining' : state.isWarm ? 'ok' : 'starting',
    }) as const;
  return openReplicas({ ...options, replicas: config.replicas, describe });
}
