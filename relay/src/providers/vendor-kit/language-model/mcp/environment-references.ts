import type { Environment } from '../../../../base/config/read-settings.ts';

/** `${NAME}`, or `${NAME:-what is taken without it}`. */
const REFERENCE = /\$\{([A-Za-z_]\w*)(?::-([^}]*))?\}/g;

/**
 * Puts the environment's values in the place of `${NAME}` and `${NAME:-default}`, as other MCP
 * clients do; all other dollars and braces stay.
 *
 * @returns the text, and the names that the environment does not have and that have no default
 */
export function resolveReferences(
  text: string,
  environment: Environment,
): { readonly text: string; readonly unknown: readonly string[] } {
  const unknown: string[] = [];
  const resolved = text.replaceAll(
    REFERENCE,
    (_reference, name: string, fallback: string | undefined) => {
      const value = environment[name] ?? fallback;
      if (value === undefined) unknown.push(name);
      return value ?? '';
    },
  );
  return { text: resolved, unknown };
}
