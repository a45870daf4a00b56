import { accessSync, constants } from 'node:fs';
import { z } from 'zod';
import { ConfigError, type Environment } from './read-settings.ts';
import { flag, splitList, whole } from './setting-kinds.ts';
import { setting, type ValuesOf } from './settings.ts';

const KEY_BYTES = 32;
const SSL_MODES = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'];
const SSL_FILES = ['sslrootcert', 'sslcert', 'sslkey'];

const databaseUrl = z
  .string()
  .regex(/^postgres(ql)?:/)
  // A user without a host, as libpq allows for Unix sockets, is no URL to Node.
  .transform((url) => url.replace(/(?<=^postgres(ql)?:\/\/[^/?#]*@)(?=\/)/, 'localhost'))
  .refine((url) => URL.canParse(url) && !hostOf(url).includes(','))
  .optional();

const key = z
  .base64()
  .transform((text) => Buffer.from(text, 'base64'))
  .refine((bytes) => bytes.length === KEY_BYTES, `Expected ${KEY_BYTES} bytes in base64`);

/** What is kept, where, and for how long. */
export const STORAGE_SETTINGS = {
  STORAGE: flag({
    fallback: true,
    about: 'Whether conversations and what they cost are kept at all.',
  }),
  DATABASE_URL: setting(databaseUrl, {
    type: 'postgres URL of one host',
    about:
      'Postgres, Supabase’s included, in place of the embedded database in `DATA_DIR/db`. `?sslmode=` means what it means to libpq, and is `prefer` without it: see [What is kept of conversations](operations.md#what-is-kept-of-conversations).',
    isSecret: true,
  }),
  JOURNAL_MB: whole({
    fallback: 256,
    min: 1,
    max: 100_000,
    unit: 'megabytes',
    about:
      'Disk that what is said may take in `DATA_DIR/journal` while the database is away; what comes beyond it is lost.',
  }),
  STORE_TRANSCRIPTS: setting(z.enum(['on', 'off', 'encrypted']).default('on'), {
    type: '`on`, `off` or `encrypted`',
    default: 'on',
    about:
      'Whether words are kept. With `off`, times, providers and costs are; `encrypted` needs `STORE_KEY`.',
  }),
  STORE_KEY: setting(key.optional(), {
    type: '32 bytes in base64',
    about:
      'Encrypts what is kept of words, by AES-256-GCM: `openssl rand -base64 32`. Without it they cannot be read again.',
    isSecret: true,
  }),
  STORE_KEYS_OLD: setting(
    z
      .string()
      .default('')
      .transform((text) => splitList(text))
      .pipe(z.array(key)),
    {
      type: 'comma-separated list of keys',
      about: 'Earlier values of `STORE_KEY`: what they encrypted can still be read.',
      isSecret: true,
    },
  ),
  RETENTION_DAYS: whole({
    fallback: 0,
    min: 0,
    max: 36_500,
    unit: 'days',
    about:
      'Conversations and recordings are deleted after this; 0 keeps them until a person deletes them. What was spent stays.',
  }),
} as const;

export interface StorageConfig {
  readonly isOn: boolean;
  /** undefined: the embedded database. */
  readonly databaseUrl: string | undefined;
  readonly journalBytes: number;
  readonly transcripts: 'on' | 'off' | 'encrypted';
  readonly sealing: {
    /** Of 32 bytes; undefined: what is new is not encrypted. */
    readonly key: Uint8Array | undefined;
    readonly oldKeys: readonly Uint8Array[];
  };
  /** undefined: for ever. */
  readonly retentionDays: number | undefined;
}

/**
 * @throws ConfigError if words are to be encrypted and there is no key, or if the connection to the
 *   database cannot be encrypted as its address says
 */
export function toStorageConfig(env: ValuesOf<typeof STORAGE_SETTINGS>): StorageConfig {
  const fault = env.DATABASE_URL === undefined ? undefined : encryptionFault(env.DATABASE_URL);
  if (fault !== undefined) throw new ConfigError([`DATABASE_URL: ${fault}`]);
  const isEncrypting = env.STORE_TRANSCRIPTS === 'encrypted';
  const { STORE_KEY: current } = env;
  if (isEncrypting && current === undefined) {
    throw new ConfigError([
      'STORE_TRANSCRIPTS: "encrypted" needs STORE_KEY; make one with: openssl rand -base64 32',
    ]);
  }
  // What was encrypted earlier stays readable if it is switched off.
  const unused = isEncrypting || current === undefined ? [] : [current];
  return {
    isOn: env.STORAGE,
    databaseUrl: env.DATABASE_URL,
    journalBytes: env.JOURNAL_MB * 1024 * 1024,
    transcripts: env.STORE_TRANSCRIPTS,
    sealing: {
      key: isEncrypting ? current : undefined,
      oldKeys: [...unused, ...env.STORE_KEYS_OLD],
    },
    retentionDays: env.RETENTION_DAYS === 0 ? undefined : env.RETENTION_DAYS,
  };
}

/** Whether the server is reached through a Unix socket, which libpq never encrypts. */
export function isSocket(address: string): boolean {
  return hostOf(address).startsWith('/');
}

/** @throws Error if `PGSSLMODE`, which counts as with libpq, is not a mode */
export function sslModeOf(address: string, environment: Environment): string {
  const { searchParams } = new URL(address);
  const usual = searchParams.get('sslrootcert') === 'system' ? 'verify-full' : 'prefer';
  const mode = searchParams.get('sslmode') ?? (environment['PGSSLMODE'] || usual);
  if (!SSL_MODES.includes(mode)) throw new Error(`PGSSLMODE is none of ${SSL_MODES.join(', ')}.`);
  return mode;
}

function hostOf(address: string): string {
  const { searchParams, hostname } = new URL(address);
  return searchParams.get('host') ?? decodeURIComponent(hostname);
}

/** @returns a sentence about what is wrong with the encryption that an address asks for */
function encryptionFault(address: string): string | undefined {
  const { searchParams } = new URL(address);
  const mode = searchParams.get('sslmode') ?? 'prefer';
  const root = searchParams.get('sslrootcert');
  if (!SSL_MODES.includes(mode)) {
    return `"${mode}" is not an sslmode; expected one of ${SSL_MODES.join(', ')}.`;
  }
  if (mode === 'verify-ca' && root === null) {
    return 'sslmode=verify-ca needs sslrootcert, the file with the certificate of the authority.';
  }
  if (root === 'system' && searchParams.has('sslmode') && mode !== 'verify-full') {
    return 'sslrootcert=system needs sslmode=verify-full: those authorities sign for anyone.';
  }
  const unread = SSL_FILES.find((name) => {
    const path = searchParams.get(name);
    return path !== null && !(name === 'sslrootcert' && path === 'system') && !isReadable(path);
  });
  return unread === undefined ? undefined : `The file of ${unread} cannot be read.`;
}

function isReadable(path: string): boolean {
  try {
    accessSync(path, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}
