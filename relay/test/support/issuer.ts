import { generateKeyPair, exportJWK, SignJWT, type CryptoKey, type JWK } from 'jose';
import { serveHttp } from './http-server.ts';

export interface IssuerKey {
  readonly kid: string;
  readonly alg: string;
  readonly privateKey: CryptoKey;
  readonly jwk: JWK;
}

export async function newKey(alg: string, kid: string): Promise<IssuerKey> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  return { kid, alg, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' } };
}

type Claims = Readonly<Record<string, unknown>>;

/** An issuer of accounts (OpenID Connect) on a real socket: its discovery document and its keys. */
export class Issuer implements Disposable {
  readonly url: string;
  /** What it publishes; tests change it. */
  keys: readonly IssuerKey[];
  /** In place of all answers, if it is given. */
  answer: { readonly status: number; readonly body: string } | undefined;
  /** In place of its own name in the discovery document. */
  calledItself: string | undefined;
  readonly requests: string[] = [];
  readonly #close: () => void;

  private constructor(server: { readonly url: string; close(): void }, key: IssuerKey) {
    this.url = server.url;
    this.#close = () => server.close();
    this.keys = [key];
  }

  static async start(alg = 'ES256'): Promise<Issuer> {
    const key = await newKey(alg, 'key-1');
    const server = await serveHttp((request, response) => {
      const path = request.url ?? '';
      issuer.requests.push(path);
      if (issuer.answer !== undefined) {
        response.writeHead(issuer.answer.status).end(issuer.answer.body);
      } else if (path.endsWith('/.well-known/openid-configuration')) {
        const jwks = { issuer: issuer.calledItself ?? issuer.url, jwks_uri: `${issuer.url}/keys` };
        response.end(JSON.stringify(jwks));
      } else {
        response.end(JSON.stringify({ keys: issuer.keys.map(({ jwk }) => jwk) }));
      }
    });
    const issuer = new Issuer(server, key);
    return issuer;
  }

  /**
   * A token that is good for `audience` for an hour, but for what `claims` and `header` change;
   * undefined leaves a claim out.
   */
  async token(
    claims: Claims = {},
    { key = this.keys[0]!, header = {} }: { key?: IssuerKey; header?: Claims } = {},
  ): Promise<string> {
    const nowS = Math.floor(Date.now() / 1_000);
    const usual = { iss: this.url, aud: 'parley', sub: 'user-1', iat: nowS, exp: nowS + 3_600 };
    return new SignJWT({ ...usual, ...claims })
      .setProtectedHeader({ alg: key.alg, kid: key.kid, ...header })
      .sign(key.privateKey);
  }

  [Symbol.dispose](): void {
    this.#close();
  }
}
