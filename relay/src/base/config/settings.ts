import type { z } from 'zod';

/** One environment variable: what it accepts, and what a person must know of it. */
export interface Setting<T> {
  readonly schema: z.ZodType<T>;
  /** For people, e.g. `whole number`, `URL`, `comma-separated list`. */
  readonly type: string;
  /** e.g. `seconds`. */
  readonly unit?: string;
  /** As it would be written in the environment; absent if there is none. */
  readonly default?: string;
  /** One sentence, two at most. */
  readonly about: string;
  /** Its value never appears in a log, an error or a table. */
  readonly isSecret?: boolean;
}

/** Settings by the names of their environment variables. */
export type SettingsDeclaration = Readonly<Record<string, Setting<unknown>>>;

export type ValuesOf<S extends SettingsDeclaration> = {
  readonly [name in keyof S]: S[name] extends Setting<infer T> ? T : never;
};

/** Declares a setting. Its schema gets the text of the variable, or undefined if it is not set. */
export function setting<T>(
  schema: z.ZodType<T>,
  description: Omit<Setting<T>, 'schema'>,
): Setting<T> {
  return { schema, ...description };
}
