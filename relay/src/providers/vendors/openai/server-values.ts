import type { Voice } from '../../../call/stages/synthesizer/synthesizer.ts';
import type { ServerAccess } from '../../vendor-kit/vendor.ts';
import {
  USUAL_PATH,
  variable,
  type ApiVendor,
  type ModelUse,
  type Values,
} from './openai-settings.ts';

/** Where one use of a vendor is served, and how it is asked. */
export interface ServerAddress {
  readonly baseUrl: string;
  /** Below the address; undefined if it is the usual one. */
  readonly path: string | undefined;
  /** Servers of one's own often want none. */
  readonly apiKey: string | undefined;
  /** By their names in small letters. */
  readonly headers: Readonly<Record<string, string>>;
  readonly model: string;
}

/** @returns undefined if too little is set: a key, or an address and a model */
export function addressFor(
  vendor: ApiVendor,
  use: ModelUse,
  values: Values,
): ServerAddress | undefined {
  const common = commonOf(vendor, values);
  const ownUrl = vendor.isSplit ? textAt(values, variable(vendor, 'BASE_URL', use)) : undefined;
  const baseUrl = ownUrl ?? common.baseUrl ?? vendor.defaults.baseUrl;
  const named = textAt(values, variable(vendor, 'MODEL', use));
  const model = named ?? vendor.defaults.models?.[use];
  if (baseUrl === undefined || model === undefined) return undefined;
  const isHome = common.baseUrl === undefined || common.baseUrl === vendor.defaults.baseUrl;
  // The vendor's models are sure to be there with its key; elsewhere they must be named, unless
  // the address is for nothing but this.
  const isEnough = vendor.isSplit
    ? ownUrl !== undefined || named !== undefined
    : common.apiKey !== undefined || (!isHome && named !== undefined);
  if (!isEnough) return undefined;
  // A key goes to no host that it was not given for.
  const isElsewhere =
    ownUrl !== undefined &&
    common.baseUrl !== undefined &&
    originOf(ownUrl) !== originOf(common.baseUrl);
  const shared = isElsewhere ? { apiKey: undefined, headers: {} } : common;
  return {
    baseUrl,
    path: textAt(values, variable(vendor, 'PATH', use)),
    apiKey: textAt(values, variable(vendor, 'API_KEY', use)) ?? shared.apiKey,
    headers: { ...shared.headers, ...headersAt(values, variable(vendor, 'HEADERS', use)) },
    model,
  };
}

/** The voice at a vendor's, and its rate. */
export function voicesOf(
  vendor: ApiVendor,
  values: Values,
): { readonly voices: readonly [Voice, ...Voice[]]; readonly speechRateHz: number } {
  const ids = values[variable(vendor, 'VOICES')] as readonly [string, ...string[]];
  const voices = ids.map((id) => ({ id, label: `${id.charAt(0).toUpperCase()}${id.slice(1)}` }));
  return {
    voices: voices as unknown as readonly [Voice, ...Voice[]],
    speechRateHz: values[variable(vendor, 'SPEECH_RATE')] as number,
  };
}

/** The one setting that is enough for a use. */
export function needsOf(vendor: ApiVendor, use: ModelUse): string {
  return vendor.isSplit ? variable(vendor, 'BASE_URL', use) : variable(vendor, 'API_KEY');
}

/** An address with the names of the settings that it comes from. Realtime is asked in another way. */
export function accessFor(
  vendor: ApiVendor,
  use: ModelUse,
  values: Values,
): ServerAccess | undefined {
  const address = addressFor(vendor, use, values);
  if (address === undefined || use === 'realtime' || use === 'realtime_voice') return undefined;
  const { baseUrl, path = USUAL_PATH[use], apiKey, headers, model } = address;
  const named = (name: string) => {
    const own = variable(vendor, name, use);
    const isOwn = vendor.isSplit && textAt(values, variable(vendor, 'BASE_URL', use)) !== undefined;
    return isOwn ? own : variable(vendor, name);
  };
  return {
    baseUrl,
    path,
    headers: { ...(apiKey !== undefined && { authorization: `Bearer ${apiKey}` }), ...headers },
    model,
    variables: {
      baseUrl: named('BASE_URL'),
      apiKey: named('API_KEY'),
      model: variable(vendor, 'MODEL', use),
      ...(vendor.isSplit && {
        path: variable(vendor, 'PATH', use),
        headers: named('HEADERS'),
      }),
    },
  };
}

function commonOf(vendor: ApiVendor, values: Values) {
  return {
    baseUrl: textAt(values, variable(vendor, 'BASE_URL')),
    apiKey: textAt(values, variable(vendor, 'API_KEY')),
    headers: headersAt(values, variable(vendor, 'HEADERS')),
  };
}

function originOf(url: string): string {
  return new URL(url).origin;
}

function textAt(values: Values, name: string): string | undefined {
  return values[name] as string | undefined;
}

function headersAt(values: Values, name: string): Readonly<Record<string, string>> {
  return (values[name] as Readonly<Record<string, string>> | undefined) ?? {};
}
