import { inject } from 'vitest';

/** The address of a new, empty database on the server that all tests share. */
export async function newDatabase(): Promise<string> {
  const response = await fetch(inject('postgres'));
  const text = await response.text();
  if (!response.ok) throw new Error(text);
  return text;
}
