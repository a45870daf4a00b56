import { z } from 'zod';
import { splitList } from '../../base/config/setting-kinds.ts';
import { setting, type Setting } from '../../base/config/settings.ts';
import type { Voice } from '../../call/stages/synthesizer/synthesizer.ts';

/** The key of an account with a vendor: absent, the vendor is not used. */
export function apiKeySetting(about: string): Setting<string | undefined> {
  return setting(z.string().min(1).optional(), { type: 'text', about, isSecret: true });
}

export const httpUrl = z.url({ protocol: /^https?$/ });

export function baseUrlSetting(fallback: string, about: string): Setting<string> {
  return setting(httpUrl.default(fallback), {
    type: 'http or https URL',
    default: fallback,
    about,
  });
}

/** A path below a server's address, which it is the server's own to choose. */
export function pathSetting(fallback: string, about: string): Setting<string | undefined> {
  const path = z.string().regex(/^\/[\w.~!$&'()*+;=:@%/-]*$/);
  return setting(path.optional(), {
    type: 'path that begins with `/`',
    default: fallback,
    about,
  });
}

/** The names are those of RFC 9110, section 5.1. */
const HEADER_NAME = /^[\w!#$%&'*+.^`|~-]+$/;
/** What is said about a connection or a body, which only the request itself knows. */
const OWN_HEADERS =
  /^(?:host|connection|keep-alive|transfer-encoding|te|trailer|upgrade|expect|content-.*|proxy-.*|accept-encoding)$/i;
const HEADER_VALUE = /^[\x20-\x7e]+$/;

/** Headers that a server wants, as `Name: value` between commas; by their names in small letters. */
export function headersSetting(about: string): Setting<Readonly<Record<string, string>>> {
  return setting(
    z
      .string()
      .default('')
      .transform((text) => splitList(text).map(headerOf))
      .pipe(
        z.array(
          z.tuple([
            z
              .string()
              .regex(HEADER_NAME)
              .refine((name) => !OWN_HEADERS.test(name)),
            z.string().regex(HEADER_VALUE),
          ]),
        ),
      )
      .transform((headers) => Object.fromEntries(headers)),
    { type: 'comma-separated `Name: value`; a comma in a value is `%2C`', about, isSecret: true },
  );
}

function headerOf(entry: string): [name: string, value: string] {
  const at = entry.indexOf(':');
  const value = at < 0 ? '' : entry.slice(at + 1).trim();
  return [entry.slice(0, at).trim().toLowerCase(), value.replaceAll(/%2c/gi, ',')];
}

/** The model that is asked for, by the name that the vendor gives it. */
export function modelSetting(fallback: string, about: string, type = 'model id'): Setting<string> {
  return setting(z.string().min(1).default(fallback), { type, default: fallback, about });
}

/** Voices that people may choose among: `id` or `id:label`, between commas. */
export function voicesSetting(voices: readonly string[], about: string): Setting<readonly Voice[]> {
  const fallback = voices.join(',');
  return setting(
    z
      .string()
      .default(fallback)
      .transform((text) => splitList(text).map(voiceOf))
      .pipe(z.array(z.object({ id: z.string().min(1), label: z.string().min(1) })).min(1)),
    { type: 'comma-separated list of `id` or `id:label`', default: fallback, about },
  );
}

function voiceOf(entry: string): Voice {
  const at = entry.indexOf(':');
  const id = (at < 0 ? entry : entry.slice(0, at)).trim();
  return { id, label: at < 0 ? id : entry.slice(at + 1).trim() };
}
