import { z } from 'zod';
import { splitList } from '../config/setting-kinds.ts';
import { setting, type Setting } from '../config/settings.ts';
import type { Voice } from '../stages/synthesizer.ts';

/** The key of an account with a vendor: absent, the vendor is not used. */
export function apiKeySetting(about: string): Setting<string | undefined> {
  return setting(z.string().min(1).optional(), { type: 'text', about, isSecret: true });
}

export function baseUrlSetting(fallback: string, about: string): Setting<string> {
  return setting(z.url({ protocol: /^https?$/ }).default(fallback), {
    type: 'http or https URL',
    default: fallback,
    about,
  });
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
