import type { z } from 'zod/mini';

export const ADMIN_TOKEN = 'operators-token-0001';

/** Asks a relay as its operator, and checks the shape of what it answers. */
export async function askOperator<T>(
  url: string,
  path: string,
  schema: z.ZodMiniType<T>,
  init: RequestInit = {},
): Promise<{ readonly status: number; readonly body: T }> {
  const response = await fetch(url + path, {
    headers: { authorization: `Bearer ${ADMIN_TOKEN}` },
    ...init,
  });
  return { status: response.status, body: schema.parse(await response.json()) };
}

/** The samples of a metric in Prometheus' text format, by their labels as they are written. */
export function samplesOf(text: string, name: string): ReadonlyMap<string, number> {
  const lines = text.split('\n').filter((line) => line.startsWith(name));
  return new Map(
    lines.flatMap((line) => {
      const [, found, labels = '', value] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
      return found === name ? [[labels, Number(value)] as const] : [];
    }),
  );
}

export function sumOf(samples: ReadonlyMap<string, number>): number {
  return [...samples.values()].reduce((sum, value) => sum + value, 0);
}
