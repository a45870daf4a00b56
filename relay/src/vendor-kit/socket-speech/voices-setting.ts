import { z } from 'zod';
import { splitList } from '../../config/setting-kinds.ts';
import { setting, type Setting } from '../../config/settings.ts';
import type { Voice } from '../../stages/synthesizer.ts';

/** Voices that people may choose among: `id` or `id:label`, between commas. */
export function voicesSetting(
  fallback: readonly Voice[],
  about: string,
): Setting<readonly Voice[]> {
  return setting(
    z
      .string()
      .default(fallback.map(({ id, label }) => `${id}:${label}`).join(','))
      .transform((text) => splitList(text).map(voiceOf))
      .pipe(z.array(z.object({ id: z.string().min(1), label: z.string().min(1) })).min(1)),
    {
      type: 'comma-separated list of `id` or `id:label`',
      default: fallback.map(({ id, label }) => `${id}:${label}`).join(','),
      about,
    },
  );
}

function voiceOf(entry: string): Voice {
  const at = entry.indexOf(':');
  const id = (at < 0 ? entry : entry.slice(0, at)).trim();
  return { id, label: at < 0 ? id : entry.slice(at + 1).trim() };
}
