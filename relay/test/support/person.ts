import { decodeJwt } from 'jose';
import { signIn } from './api.ts';

/** A guest who is signed in, and asks for their own data. */
export interface Person {
  readonly userId: string;
  readonly token: string;
  request(method: string, path: string, body?: unknown): Promise<Response>;
}

export async function personOf(relayUrl: string): Promise<Person> {
  const token = await signIn(relayUrl);
  return {
    token,
    userId: decodeJwt(token).sub!,
    request: (method, path, body) =>
      fetch(relayUrl + path, {
        method,
        headers: { authorization: `Bearer ${token}` },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
  };
}
