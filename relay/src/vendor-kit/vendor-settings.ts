import { z } from 'zod';
import { setting, type Setting } from '../config/settings.ts';

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
