import { z } from 'zod';
import { AddressList } from '../lib/network-address.ts';
import { splitList } from './setting-kinds.ts';
import { setting } from './settings.ts';

/** Signatures whose key may be public: a secret that both sides know is `AUTH_JWT_SECRET` alone. */
const ALGORITHMS = [
  ...(['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'] as const),
  ...(['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'] as const),
] as const;
const DEFAULT_ALGORITHMS = 'RS256,PS256,ES256,EdDSA';

const httpUrl = z.url({ protocol: /^https?$/ });
const nameList = z.string().transform((text) => splitList(text));
/** People change it themselves. */
const OWN_CLAIM = /^(raw_)?user_meta_?data(\.|$)/i;
const claim = z
  .string()
  .max(200)
  .refine((path) => !OWN_CLAIM.test(path));
const CLAIM_TYPE =
  'name of a claim, with dots for claims within; none that people set themselves (`user_metadata`)';

const networks = z
  .string()
  .default('')
  .transform((text, context) => {
    try {
      return new AddressList(splitList(text));
    } catch (error) {
      context.addIssue((error as Error).message);
      return z.NEVER;
    }
  });

/** Who may use the relay, and how it is reached safely. */
export const AUTH_SETTINGS = {
  GUESTS: setting(z.enum(['on', 'off']).optional(), {
    type: '`on` or `off`',
    about:
      'Whether people may call without an account. Without it they may, unless there are accounts.',
  }),
  ACCESS_CODE: setting(z.string().min(8).max(200).optional(), {
    type: 'text of 8 to 200 characters',
    about:
      'Guests are asked for this code once. If it is changed, every guest is asked again. The longer it is, the harder to guess.',
    isSecret: true,
  }),
  SUPABASE_URL: setting(httpUrl.optional(), {
    type: 'http or https URL',
    about:
      'Project of Supabase whose accounts may call. Stands for `AUTH_ISSUER`, `AUTH_JWKS_URL`, `AUTH_AUDIENCE`, `AUTH_ROLE_CLAIM` and `AUTH_PLAN_CLAIM`, which go before it if they are set.',
  }),
  SUPABASE_ANON_KEY: setting(z.string().min(1).optional(), {
    type: 'text',
    about:
      'The anonymous or publishable key of that project. Every visitor of the page gets it: never the service role’s.',
  }),
  AUTH_ISSUER: setting(httpUrl.optional(), {
    type: 'http or https URL',
    about:
      'Issuer of the accounts’ tokens (OpenID Connect). Its keys are found by its `/.well-known/openid-configuration`.',
  }),
  AUTH_JWKS_URL: setting(httpUrl.optional(), {
    type: 'http or https URL',
    about: 'Where the issuer’s public keys are, if it has no discovery document.',
  }),
  AUTH_AUDIENCE: setting(nameList.optional(), {
    type: 'comma-separated list',
    about:
      'Tokens must be meant for one of these (`aud`). Without it `AUTH_CLIENT_ID`, or `authenticated` with Supabase.',
  }),
  AUTH_CLIENT_ID: setting(z.string().min(1).max(300).optional(), {
    type: 'text',
    about:
      'Under which the issuer knows a client of the relay. `GET /api/v1/auth` names it, and tokens that are meant for it are accepted. The page itself signs in at Supabase alone.',
  }),
  AUTH_ALGORITHMS: setting(
    nameList.pipe(z.array(z.enum(ALGORITHMS)).min(1)).default(splitAlgorithms(DEFAULT_ALGORITHMS)),
    {
      type: `comma-separated names out of ${ALGORITHMS.join(', ')}`,
      default: DEFAULT_ALGORITHMS,
      about: 'Signatures that are accepted from the issuer.',
    },
  ),
  AUTH_JWT_SECRET: setting(z.string().min(32).optional(), {
    type: 'text of at least 32 characters',
    about:
      'Secret with which an older project of Supabase signs its tokens (HS256). Other signatures are checked by the issuer’s public keys as before.',
    isSecret: true,
  }),
  AUTH_ROLE_CLAIM: setting(claim.optional(), {
    type: CLAIM_TYPE,
    about:
      'Claim that says `admin` (or holds it in a list) for administrators. Without it `role`, or `app_metadata.role` with Supabase.',
  }),
  AUTH_PLAN_CLAIM: setting(claim.optional(), {
    type: CLAIM_TYPE,
    about:
      'Claim that names the plan of an account. Without it `plan`, or `app_metadata.plan` with Supabase.',
  }),
  TRUSTED_PROXIES: setting(networks, {
    type: 'comma-separated addresses or networks, e.g. `127.0.0.1,10.0.0.0/8`',
    about:
      'Proxies whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed. All others may write there what they like.',
  }),
  TLS_CERT: setting(z.string().min(1).optional(), {
    type: 'path of a PEM file',
    about:
      'Certificate, with those between it and its authority. With it the relay itself speaks https. Read again when it changes.',
  }),
  TLS_KEY: setting(z.string().min(1).optional(), {
    type: 'path of a PEM file',
    about: 'Private key of `TLS_CERT`.',
  }),
} as const;

function splitAlgorithms(text: string): (typeof ALGORITHMS)[number][] {
  return splitList(text) as (typeof ALGORITHMS)[number][];
}
