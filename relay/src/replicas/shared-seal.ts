import { hkdfSync } from 'node:crypto';
import { Sealing, type SealingOptions } from '../keeping/storage/sealing.ts';

/**
 * Seals what relays leave for each other in Redis, by AES-256-GCM and each text for its key. Other
 * programs that reach the same Redis read nothing of it, and what they write is not taken.
 */
export class SharedSeal {
  readonly #sealing: Sealing;

  /** @param words - keys that seal instead, if what people say is kept encrypted */
  constructor(authSecret: string, words?: SealingOptions) {
    const own = new Uint8Array(hkdfSync('sha256', authSecret, '', 'parley shared memory', 32));
    const oldKeys = [own, ...(words?.oldKeys ?? [])];
    this.#sealing = new Sealing({ key: words?.key ?? own, oldKeys });
  }

  /** @param place - the key in Redis */
  seal(text: string, place: string): string {
    const sealed = this.#sealing.sealBytes(Buffer.from(text), Buffer.from(place))!;
    return `${this.#sealing.keyId}.${sealed.toString('base64url')}`;
  }

  /** @returns undefined if it was not sealed by a relay of the same secrets, or for another place */
  open(text: string, place: string): string | undefined {
    const [keyId = '', sealed = ''] = text.split('.');
    const bytes = Buffer.from(sealed, 'base64url');
    return this.#sealing.openBytes(bytes, keyId, Buffer.from(place))?.toString('utf8');
  }
}
