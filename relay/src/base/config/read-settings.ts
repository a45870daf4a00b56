import type { SettingsDeclaration, ValuesOf } from './settings.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

export class ConfigError extends Error {
  /** @param problems - a sentence for each */
  constructor(problems: readonly string[]) {
    super(['The configuration is not valid:', ...problems].join('\n  '));
    this.name = 'ConfigError';
  }
}

/**
 * Reads settings from environment variables, all of them before anything is said about any.
 *
 * @throws ConfigError naming every variable that is wrong, what was found and what is accepted
 */
export function readSettings<S extends SettingsDeclaration>(
  settings: S,
  environment: Environment,
): ValuesOf<S> {
  const values: Record<string, unknown> = {};
  const problems: string[] = [];
  for (const [name, { schema, type, unit, isSecret }] of Object.entries(settings)) {
    // An empty variable (`PORT= npm start`) means it is not set.
    const text = environment[name] === '' ? undefined : environment[name];
    const parsed = schema.safeParse(text);
    if (parsed.success) {
      values[name] = parsed.data;
    } else {
      const found = isSecret === true ? 'a hidden value' : JSON.stringify(text);
      const accepted = unit === undefined ? type : `${type} (${unit})`;
      problems.push(`${name}: found ${found}, expected ${accepted}.`);
    }
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return values as ValuesOf<S>;
}
