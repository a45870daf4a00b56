import pg from 'pg';
import { inject } from 'vitest';

/** The address of a new, empty database on the server that all tests share. */
export async function newDatabase(): Promise<string> {
  const response = await fetch(inject('postgres'));
  const text = await response.text();
  if (!response.ok) throw new Error(text);
  return text;
}

/** @param url - of a database. @returns the rows that a statement gives */
export async function queryPostgres(
  url: string,
  statement: string,
): Promise<readonly Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(statement)).rows;
  } finally {
    await client.end();
  }
}
