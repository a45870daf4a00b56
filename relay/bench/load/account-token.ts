import { SignJWT } from 'jose';

/** The relay's expectations of its accounts' tokens. */
export const ISSUER = 'https://accounts.bench.invalid';
export const AUDIENCE = 'authenticated';

/** An account's token, as its issuer would sign it. */
export function tokenOf(userId: string, secret: string): Promise<string> {
  return new SignJWT()
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(userId)
    .setIssuer(ISSUER)
    .setAudience(AUDIENCE)
    .setIssuedAt()
    .setExpirationTime('2h')
    .sign(new TextEncoder().encode(secret));
}
