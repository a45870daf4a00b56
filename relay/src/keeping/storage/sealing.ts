import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import type { KeptText } from './records.ts';

const ALGORITHM = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** What encryption adds. */
export const SEAL_BYTES = NONCE_BYTES + TAG_BYTES;
/** What is shown in place of a text that cannot be decrypted. */
export const UNREADABLE = '[encrypted with a key that is not in STORE_KEYS_OLD]';

export interface SealingOptions {
  /** 32 bytes; undefined: what is new is not encrypted. */
  readonly key: Uint8Array | undefined;
  /** Keys that earlier texts are encrypted with. */
  readonly oldKeys: readonly Uint8Array[];
}

/**
 * Encrypts by AES-256-GCM, each text or sound for its place: one that is moved to another place
 * cannot be read there.
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

  /** Of the key that encrypts what is new; undefined: nothing does. */
  get keyId(): string | undefined {
    return this.#current;
  }

  /** @param place - e.g. `turn_1:user` */
  seal(text: string, place: string): KeptText {
    const sealed = this.sealBytes(Buffer.from(text), Buffer.from(place));
    if (sealed === undefined) return { text, key: null };
    return { text: sealed.toString('base64url'), key: this.#current! };
  }

  /** The text again; `UNREADABLE` if its key is not known, or the text was changed or moved. */
  open({ text, key: id }: KeptText, place: string): string {
    if (id === null) return text;
    const opened = this.openBytes(Buffer.from(text, 'base64url'), id, Buffer.from(place));
    return opened?.toString('utf8') ?? UNREADABLE;
  }

  /** @returns `SEAL_BYTES` more than `plain`; undefined if nothing is encrypted */
  sealBytes(plain: Uint8Array, place: Uint8Array): Buffer | undefined {
    if (this.#current === undefined) return undefined;
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(ALGORITHM, this.#keys.get(this.#current)!, nonce);
    cipher.setAAD(place);
    return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
  }

  /** @returns undefined if the key is not known, or what was sealed was changed or moved */
  openBytes(sealed: Buffer, id: string, place: Uint8Array): Buffer | undefined {
    const key = this.#keys.get(id);
    if (key === undefined || sealed.length < SEAL_BYTES) return undefined;
    const decipher = createDecipheriv(ALGORITHM, key, sealed.subarray(0, NONCE_BYTES));
    decipher.setAAD(place).setAuthTag(sealed.subarray(-TAG_BYTES));
    try {
      const opened = decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES));
      return Buffer.concat([opened, decipher.final()]);
    } catch {
      return undefined;
    }
  }

  knows(id: string): boolean {
    return this.#keys.has(id);
  }
}

/** Identifies a key and reveals nothing of it. */
function idOf(key: Uint8Array): string {
  return createHash('sha256').update('parley key').update(key).digest('hex').slice(0, 12);
}
