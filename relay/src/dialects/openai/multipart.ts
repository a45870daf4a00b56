import { invalid } from './errors.ts';

/** More than OpenAI has fields. */
const MAX_PARTS = 32;
const MAX_HEAD_BYTES = 4 * 1024;
const BOUNDARY = /^multipart\/form-data\b.*\bboundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))/i;
const NAME = /^content-disposition:[^\r]*\bname="([^"\r]*)"/im;
const FILE = /^content-disposition:[^\r]*\bfilename\*?=/im;

/** Text, or the bytes of a file, which are a copy. */
export type FormEntry = readonly [name: string, value: string | Uint8Array<ArrayBuffer>];

/**
 * The parts of a form (RFC 7578). The platform's own parser goes over headers byte by byte: 25 MB of
 * them hold all calls up for a minute.
 *
 * @param contentType - the header of the body
 * @throws RequestFault if it is no form, or none of a client that sends a recording
 */
export function formEntries(contentType: string, body: Buffer): readonly FormEntry[] {
  const [, quoted, boundary = quoted] = BOUNDARY.exec(contentType) ?? [];
  const mark = `\r\n--${boundary}`;
  const entries: FormEntry[] = [];
  const first = boundary === undefined ? -1 : body.indexOf(mark.slice(2));
  let at = first < 0 ? body.length : first + mark.length - 2;
  while (body.toString('latin1', at, at + 2) !== '--') {
    const window = body.subarray(at, at + MAX_HEAD_BYTES);
    const headLength = window.indexOf('\r\n\r\n');
    const head = window.toString('utf8', 0, Math.max(0, headLength));
    const [, name] = NAME.exec(head) ?? [];
    const valueAt = at + headLength + 4;
    const end = name === undefined ? -1 : body.indexOf(mark, valueAt);
    if (name === undefined || end < 0 || entries.length === MAX_PARTS) {
      throw invalid('body', 'The body is not multipart/form-data.');
    }
    const value = body.subarray(valueAt, end);
    entries.push([name, FILE.test(head) ? new Uint8Array(value) : value.toString()]);
    at = end + mark.length;
  }
  return entries;
}
