import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import type { KeptText } from './records.ts';

const ALGORITHM = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** What is shown in place of a text that cannot be decrypted. */
export const UNREADABLE = '[encrypted with a key that is not in STORE_KEYS_OLD]';

export interface SealingOptions {
  /** 32 bytes; undefined: what is new is not encrypted. */
  readonly key: Uint8Array | undefined;
  /** Keys that earlier texts are encrypted with. */
  readonly oldKeys: readonly Uint8Array[];
}

/**
 * Encrypts texts by AES-256-GCM, each for the place where it is kept: one that is moved to another
 * row or column cannot be read there.
 */
export class Sealing {
  readonly #current: string | undefined;
  /** By their ids. */
  readonly #keys: ReadonlyMap<string, Uint8Array>;

  constructor({ key, oldKeys }: SealingOptions) {
    this.#current = key && idOf(key);
    const all = key === undefined ? oldKeys : [key, ...oldKeys];
    this.#keys = new Map(all.map((one) => [idOf(one), one]));
  }

  /** @param place - e.g. `turn_1:user` */
  seal(text: string, place: string): KeptText {
    const id = this.#current;
    if (id === undefined) return { text, key: null };
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(ALGORITHM, this.#keys.get(id)!, nonce);
    cipher.setAAD(Buffer.from(place));
    const sealed = [nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()];
    return { text: Buffer.concat(sealed).toString('base64url'), key: id };
  }

  /** The text again; `UNREADABLE` if its key is not known, or the text was changed or moved. */
  open({ text, key: id }: KeptText, place: string): string {
    if (id === null) return text;
    const key = this.#keys.get(id);
    const bytes = Buffer.from(text, 'base64url');
    if (key === undefined || bytes.length < NONCE_BYTES + TAG_BYTES) return UNREADABLE;
    const decipher = createDecipheriv(ALGORITHM, key, bytes.subarray(0, NONCE_BYTES));
    decipher.setAAD(Buffer.from(place)).setAuthTag(bytes.subarray(-TAG_BYTES));
    try {
      const opened = decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES));
      return Buffer.concat([opened, decipher.final()]).toString('utf8');
    } catch {
      return UNREADABLE;
    }
  }
}

/** Tells keys apart and nothing of them. */
function idOf(key: Uint8Array): string {
  return createHash('sha256').update('parley key').update(key).digest('hex').slice(0, 12);
}
