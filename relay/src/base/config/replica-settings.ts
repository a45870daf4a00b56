import { z } from 'zod';
import { setting, type ValuesOf } from './settings.ts';

/** The paths below it are the relay's own. */
const peerUrl = z
  .url({ protocol: /^https?$/ })
  .refine((text) => URL.parse(text)?.href === `${URL.parse(text)?.origin}/`);

/** What several relays need to be one Parley. */
export const REPLICA_SETTINGS = {
  REDIS_URL: setting(z.url({ protocol: /^rediss?$/ }).optional(), {
    type: 'redis or rediss URL',
    about:
      'Redis or Valkey, in which several relays behind one balancer share what is short-lived. It needs `DATABASE_URL`, `AUTH_SECRET` and, for each relay its own, `PEER_URL`.',
    isSecret: true,
  }),
  PEER_URL: setting(peerUrl.optional(), {
    type: 'http or https URL without a path',
    about:
      'Where the other relays reach this one, past the balancer, such as `http://10.0.0.7:8787`.',
  }),
} as const;

export interface ReplicaConfig {
  readonly redisUrl: string;
  readonly peerUrl: string;
}

type ReplicaValues = ValuesOf<typeof REPLICA_SETTINGS> & {
  readonly DATABASE_URL?: string | undefined;
  readonly AUTH_SECRET?: string | undefined;
};

/** What `REDIS_URL` lacks; a sentence each. */
export function replicaProblems(env: ReplicaValues): string[] {
  if (env.REDIS_URL === undefined) {
    return env.PEER_URL === undefined ? [] : ['PEER_URL: it is of no use without REDIS_URL.'];
  }
  const wanted: readonly (readonly [isMissing: boolean, sentence: string])[] = [
    [
      env.DATABASE_URL === undefined,
      'DATABASE_URL: relays that share REDIS_URL need one database, too.',
    ],
    [
      env.AUTH_SECRET === undefined,
      'AUTH_SECRET: relays that share REDIS_URL need one secret, so that each knows the guests of the others.',
    ],
    [
      env.PEER_URL === undefined,
      'PEER_URL: relays that share REDIS_URL must reach each other; it is where the others reach this one.',
    ],
  ];
  return wanted.flatMap(([isMissing, sentence]) => (isMissing ? [sentence] : []));
}

/** @returns undefined: this relay is the only one */
export function toReplicaConfig(env: ReplicaValues): ReplicaConfig | undefined {
  const { REDIS_URL: redisUrl, PEER_URL: peer } = env;
  if (redisUrl === undefined || peer === undefined) return undefined;
  return { redisUrl, peerUrl: new URL(peer).origin };
}
