import { createHmac } from 'node:crypto';
import { isSameSecret } from '../../base/lib/same-secret.ts';

const DEFAULT_PORTS: Readonly<Record<string, string>> = { 'http://': ':80', 'ws://': ':80' };
/** Its scheme, user and host, port, and the rest, each as it was written. */
const URL_PARTS = /^([a-z][a-z\d+.-]*:\/\/)((?:[^/?#]*@)?(?:\[[^\]/?#]*\]|[^/?#:]*))(:\d*)?(.*)$/is;

/**
 * Whether Twilio has sent a request: it signs the address that it asks for, character for
 * character, and the fields of a form. It counts the port as a part of the address, or does not.
 *
 * @param signature - of the header `X-Twilio-Signature`
 * @param url - as it stands in Twilio's console, or in our own answer
 * @param form - the fields of a POST
 */
export function isSignedByTwilio(
  authToken: string,
  signature: string | undefined,
  url: string,
  form = new URLSearchParams(),
): boolean {
  const [, scheme = '', host = '', port = '', rest = ''] = URL_PARTS.exec(url) ?? [];
  if (signature === undefined || scheme === '') return false;
  const ports = ['', port || (DEFAULT_PORTS[scheme.toLowerCase()] ?? ':443')];
  return ports.some((written) =>
    isSameSecret(signature, twilioSignature(authToken, scheme + host + written + rest, form)),
  );
}

/** Each name is followed by its values, without what comes twice; all are sorted. */
export function twilioSignature(authToken: string, url: string, form: URLSearchParams): string {
  const names = [...new Set(form.keys())].toSorted();
  const fields = names.flatMap((name) =>
    [...new Set(form.getAll(name))].toSorted().map((value) => name + value),
  );
  return createHmac('sha1', authToken)
    .update(url + fields.join(''))
    .digest('base64');
}
