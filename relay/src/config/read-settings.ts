import type { Settings, ValuesOf } from './settings.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** What is wrong with one variable. */
export interface SettingProblem {
  readonly name: string;
  readonly sentence: string;
}

export class ConfigError extends Error {
  constructor(problems: readonly SettingProblem[]) {
    super(
      `The configuration is not valid:\n${problems.map(({ sentence }) => `  ${sentence}`).join('\n')}`,
    );
    this.name = 'ConfigError';
  }
}

/**
 * Reads settings from environment variables, all of them before anything is said about any.
 *
 * @throws ConfigError naming every variable that is wrong, what was found and what is accepted
 */
export function readSettings<S extends Settings>(
  settings: S,
  environment: Environment,
): ValuesOf<S> {
  const values: Record<string, unknown> = {};
  const problems: SettingProblem[] = [];
  for (const [name, { schema, type, unit, isSecret }] of Object.entries(settings)) {
    // An empty variable (`PORT= npm start`) means it is not set.
    const text = environment[name] === '' ? undefined : environment[name];
    const parsed = schema.safeParse(text);
    if (parsed.success) {
      values[name] = parsed.data;
    } else {
      const found = isSecret === true ? 'a hidden value' : JSON.stringify(text);
      const accepted = unit === undefined ? type : `${type} (${unit})`;
      problems.push({ name, sentence: `${name}: found ${found}, expected ${accepted}.` });
    }
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return values as ValuesOf<S>;
}
