import {
  USUAL_PATH,
  variable,
  type ApiVendor,
  type ModelUse,
  type Values,
} from './openai-settings.ts';
import { addressFor } from './server-values.ts';

/** Settings of one's own server that look like mistakes, although each is accepted. */
export function settingsAdvice(
  vendor: ApiVendor,
  values: Values,
  given: ReadonlySet<string>,
): readonly string[] {
  return [
    ...withoutEffect(vendor, values, given),
    ...twoKeys(vendor, values),
    ...wholeEndpoints(vendor, values),
  ];
}

function withoutEffect(
  vendor: ApiVendor,
  values: Values,
  given: ReadonlySet<string>,
): readonly string[] {
  const idle = vendor.uses.filter((use) => addressFor(vendor, use, values) === undefined);
  const common = variable(vendor, 'BASE_URL');
  if (given.has(common) && idle.length === vendor.uses.length) {
    const models = idle.map((use) => variable(vendor, 'MODEL', use));
    return [`${common} is set, but no model for it: set one or more of ${models.join(', ')}.`];
  }
  return idle.flatMap((use) => {
    const set = ['MODEL', 'PATH', 'API_KEY', 'HEADERS']
      .map((name) => variable(vendor, name, use))
      .find((name) => given.has(name));
    if (set === undefined) return [];
    const own = variable(vendor, 'BASE_URL', use);
    const missing = given.has(common)
      ? `no model for it: set ${variable(vendor, 'MODEL', use)}`
      : `no address: set ${own} or ${common}`;
    return [`${set} is set, but ${missing}.`];
  });
}

/** The header wins; it is unlikely that both are meant. */
function twoKeys(vendor: ApiVendor, values: Values): readonly string[] {
  return [undefined, ...vendor.uses].flatMap((use: ModelUse | undefined) => {
    const [key, headers] = [variable(vendor, 'API_KEY', use), variable(vendor, 'HEADERS', use)];
    const sent = values[headers] as Readonly<Record<string, string>> | undefined;
    return values[key] !== undefined && sent?.['authorization'] !== undefined
      ? [`${key} and the Authorization in ${headers} contradict each other: remove one of them.`]
      : [];
  });
}

/** Copied from an example with curl, as a rule. */
function wholeEndpoints(vendor: ApiVendor, values: Values): readonly string[] {
  const endings = [...Object.values(USUAL_PATH), '/models'];
  return [undefined, ...vendor.uses].flatMap((use: ModelUse | undefined) => {
    const name = variable(vendor, 'BASE_URL', use);
    const url = (values[name] as string | undefined)?.replace(/\/+$/, '');
    const ending = endings.find((path) => url?.endsWith(path) === true);
    return url === undefined || ending === undefined
      ? []
      : [`${name} ends in ${ending}, which Parley adds itself: leave that out.`];
  });
}
