import { STAGES, type Stage } from '@parley/shared';
import { z } from 'zod';
import { authAdvice } from '../../base/config/auth-config.ts';
import { readConfigAnd, type Config } from '../../base/config/config.ts';
import { CORE_SETTINGS } from '../../base/config/core-settings.ts';
import { nearMisses } from '../../base/config/near-misses.ts';
import { ConfigError, type Environment } from '../../base/config/read-settings.ts';
import { splitList } from '../../base/config/setting-kinds.ts';
import { setting, type Setting, type SettingsDeclaration } from '../../base/config/settings.ts';
import { readPolicy } from '../../people/limits/read-policy.ts';
import { BROWSER } from '../../call/stages/provider.ts';
import { VENDORS } from './vendors.ts';
import type { AccessVariables, VendorCandidate, KnownVendor } from '../vendor-kit/vendor.ts';
import { isLoopback, isPrivateHost } from '../../base/lib/network-address.ts';

interface ExposureOptions {
  readonly config: Pick<Config, 'host' | 'publicUrl' | 'auth' | 'money'>;
  readonly environment: Environment;
  /** Names of providers in use that cost money. */
  readonly paid: readonly string[];
}

type Values = Readonly<Record<string, unknown>>;
export type KnownCandidate = VendorCandidate<Values>;

/** The configuration of the relay and of its providers. */
export interface Configuration {
  readonly config: Config;
  /** What all of it was read from: files that it names may refer to more of it. */
  readonly environment: Environment;
  /** Of the vendors' settings, by the names of their variables. */
  readonly values: Values;
  /** The providers of each stage, in order of preference; at least one each. */
  readonly chosen: Readonly<Record<Stage, readonly KnownCandidate[]>>;
  /** The names of those chosen that cost money. */
  readonly paid: ReadonlySet<string>;
  /** Settings that look like mistakes although they are accepted, a sentence each. */
  readonly warnings: readonly string[];
}

const EMBEDDED = 'embedded';

const ORDER_VARIABLES = {
  transcriber: 'TRANSCRIBERS',
  generator: 'GENERATORS',
  synthesizer: 'SYNTHESIZERS',
} as const satisfies Record<Stage, string>;

const ORDER_ABOUT: Record<Stage, string> = {
  transcriber:
    'Transcribers, in order of preference. Without it: all that are configured, then the browser; the embedded recogniser only if the embedded assistant alone answers, because it knows no other words.',
  generator:
    'Generators, in order of preference. Without it: all that are configured, else the embedded assistant.',
  synthesizer:
    'Synthesizers, in order of preference. Without it: all that are configured, then the embedded voice, then the browser’s.',
};

/** The settings that choose among all candidates, by the names of their variables. */
export const ORDER_SETTINGS: SettingsDeclaration = Object.fromEntries(
  STAGES.map((stage) => [ORDER_VARIABLES[stage], orderSetting(stage)]),
);

/** Every setting of every vendor. Settings that several share are the same object under one name. */
const VENDOR_SETTINGS: SettingsDeclaration = Object.assign(
  {},
  ...VENDORS.map(({ settings }) => settings),
);

const SETTING_NAMES = Object.keys({ ...CORE_SETTINGS, ...VENDOR_SETTINGS, ...ORDER_SETTINGS });

/**
 * Reads everything that can be configured, and chooses the providers.
 *
 * @throws ConfigError naming every variable that is wrong, what was found and what is accepted
 */
export function readConfiguration(environment: Environment): Configuration {
  const { config, values } = readConfigAnd({ ...VENDOR_SETTINGS, ...ORDER_SETTINGS }, environment);
  const problems = STAGES.flatMap((stage) => problemsOf(stage, values));
  if (problems.length > 0) throw new ConfigError(problems);
  readPolicy(config);
  const generators = choose('generator', values);
  const chosen = {
    transcriber: choose('transcriber', values, generators),
    generator: generators,
    synthesizer: choose('synthesizer', values),
  };
  const inUse = STAGES.flatMap((stage) => chosen[stage]);
  const paid = new Set(inUse.filter((one) => isPaid(one, values)).map(({ name }) => name));
  const exposed = exposureProblems({ config, environment, paid: [...paid] });
  if (exposed.length > 0) throw new ConfigError(exposed);
  return {
    config,
    environment,
    values,
    chosen,
    paid,
    warnings: [
      ...nearMisses(environment, SETTING_NAMES),
      ...authAdvice(config.auth),
      ...adviceFor(environment, values),
    ],
  };
}

function adviceFor(environment: Environment, values: Values): readonly string[] {
  const given = Object.keys(environment).filter((name) => (environment[name] ?? '') !== '');
  return VENDORS.flatMap((vendor) => vendor.advise?.(values, new Set(given)) ?? []);
}

/** All candidates for a stage, in the registry's order, configured or not. */
export function candidatesFor(
  stage: Stage,
): readonly (KnownCandidate & { readonly stage: Stage })[] {
  return VENDORS.flatMap((vendor) => vendor.candidates).filter(
    (candidate) => candidate.stage === stage,
  );
}

function choose(
  stage: Stage,
  values: Values,
  generators: readonly KnownCandidate[] = [],
): readonly KnownCandidate[] {
  const candidates = candidatesFor(stage);
  const named = values[ORDER_VARIABLES[stage]] as readonly string[] | undefined;
  if (named !== undefined) {
    return named.map((name) => candidates.find((candidate) => candidate.name === name)!);
  }
  const embedded = candidates.filter(({ name }) => name === EMBEDDED);
  const browser = candidates.filter(({ name }) => name === BROWSER);
  const vendors = candidates.filter(
    (candidate) => ![EMBEDDED, BROWSER].includes(candidate.name) && candidate.isConfigured(values),
  );
  switch (stage) {
    case 'transcriber': {
      const answersAnything = generators.some(({ name }) => name !== EMBEDDED);
      return vendors.length > 0 || answersAnything ? [...vendors, ...browser] : embedded;
    }
    case 'generator':
      return vendors.length > 0 ? vendors : embedded;
    case 'synthesizer':
      return [...vendors, ...embedded, ...browser];
  }
}

/** The settings without which a candidate is not configured, in words. */
export function neededSettings(candidate: KnownCandidate): string {
  return candidate.needs ?? `${vendorOf(candidate).id.toUpperCase()}_API_KEY`;
}

/** The variables of its address and its key, for advice. */
export function variablesOf(candidate: KnownCandidate): AccessVariables {
  const { id, settings } = vendorOf(candidate);
  const prefix = id.toUpperCase();
  const models = Object.keys(settings).filter(
    (name) => name.startsWith(prefix) && name.endsWith('_MODEL'),
  );
  return {
    baseUrl: `${prefix}_BASE_URL`,
    apiKey: `${prefix}_API_KEY`,
    ...(models.length === 1 && { model: models[0]! }),
  };
}

/** Whether using it is paid for: it takes a key, and is not a server of one's own network. */
export function isPaid(candidate: KnownCandidate, values: Values): boolean {
  const access = candidate.access?.(values);
  if (access !== undefined) {
    return isPaidServer(access.baseUrl, Object.keys(access.headers).length > 0);
  }
  const { apiKey, baseUrl } = variablesOf(candidate);
  return isPaidServer(values[baseUrl] as string | undefined, values[apiKey] !== undefined);
}

/** Whether it is one more of a kind: people who have only one never hear of it. */
export function isFurther(candidate: KnownCandidate): boolean {
  return vendorOf(candidate).repeats !== undefined;
}

function vendorOf(candidate: KnownCandidate): KnownVendor {
  return VENDORS.find(({ candidates }) => candidates.includes(candidate))!;
}

/** Providers that are named in an order but cannot work. */
function problemsOf(stage: Stage, values: Values): string[] {
  const name = ORDER_VARIABLES[stage];
  const named = (values[name] as readonly string[] | undefined) ?? [];
  return candidatesFor(stage)
    .filter((candidate) => named.includes(candidate.name) && !candidate.isConfigured(values))
    .map((candidate) => {
      const needs = neededSettings(candidate);
      return `${name}: found "${candidate.name}", which is not configured: it needs ${needs}.`;
    });
}

function orderSetting(stage: Stage): Setting<readonly string[] | undefined> {
  const candidates = candidatesFor(stage);
  const names = candidates.map(({ name }) => name);
  return setting(
    z
      .string()
      .optional()
      .transform((text) => (text === undefined ? undefined : splitList(text)))
      .pipe(
        z
          .array(z.string().refine((name) => names.includes(name)))
          .min(1)
          .optional(),
      ),
    {
      type: `comma-separated names out of ${namesInWords(candidates)}`,
      about: ORDER_ABOUT[stage],
    },
  );
}

/** `a`, `b` … `b-9`: of further ones of a kind only the last is named. */
function namesInWords(candidates: readonly KnownCandidate[]): string {
  return candidates
    .filter((candidate, index) => {
      const next = candidates[index + 1];
      return !isFurther(candidate) || next === undefined || !isFurther(next);
    })
    .map((candidate) => `${isFurther(candidate) ? ' … ' : ', '}\`${candidate.name}\``)
    .join('')
    .replace(/^, /, '');
}

/**
 * Why a relay may not start as it is configured: strangers could reach it and spend the operator's
 * money without a limit.
 *
 * @returns a sentence with the ways out; none if it is safe
 */
function exposureProblems({ config, environment, paid }: ExposureOptions): string[] {
  const { host, publicUrl, auth } = config;
  const publicHost = publicUrl === undefined ? undefined : new URL(publicUrl).hostname;
  const reachable = [host, publicHost].find((name) => name !== undefined && !isLoopback(name));
  const hasBudget = config.money.budgets.guestsDay !== undefined;
  const isChosen = environment['GUESTS'] === 'on' && hasBudget;
  const isGuarded = !auth.allowsGuests || auth.accessCode !== undefined || isChosen;
  if (reachable === undefined || paid.length === 0 || isGuarded) return [];
  return [
    `Anyone who reaches this relay at ${reachable} could call without an account, and every call costs money (${paid.join(', ')}). One of three settings makes it safe:`,
    '- AUTH_ISSUER or SUPABASE_URL: only people with an account may call;',
    '- ACCESS_CODE: guests are asked for a code;',
    '- GUESTS=on with BUDGET_GUEST_DAY_USD: anyone may call, until all guests together have spent so much in a day.',
  ];
}

/** Whether what is sent to `baseUrl` with a key is paid for: servers of one's own are not. */
function isPaidServer(baseUrl: string | undefined, hasKey: boolean): boolean {
  if (!hasKey || baseUrl === undefined) return hasKey;
  const host = URL.parse(baseUrl)?.hostname;
  return host === undefined || !isPrivateHost(host);
}
