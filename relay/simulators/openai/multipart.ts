import { Refusal } from './answering.ts';

interface FormPart {
  readonly name: string;
  readonly filename: string | undefined;
  readonly contentType: string | undefined;
  readonly data: Buffer;
}

/**
 * Reads `multipart/form-data` (RFC 7578), forgiving nothing.
 *
 * @throws Refusal
 */
export function parseMultipart(contentType: string | undefined, body: Buffer): FormPart[] {
  const boundary = /^multipart\/form-data;\s*boundary="?([^";]+)"?$/.exec(contentType ?? '')?.[1];
  if (boundary === undefined) throw malformed('no multipart/form-data with a boundary');
  const opening = Buffer.from(`--${boundary}`);
  const between = Buffer.from(`\r\n--${boundary}`);
  if (!body.subarray(0, opening.length).equals(opening)) throw malformed('no opening boundary');
  const parts: FormPart[] = [];
  let at = opening.length;
  for (;;) {
    const mark = body.subarray(at, at + 2).toString('latin1');
    if (mark === '--') return parts;
    if (mark !== '\r\n') throw malformed('no line end after a boundary');
    const end = body.indexOf(between, at);
    if (end < 0) throw malformed('no closing boundary');
    parts.push(parsePart(body.subarray(at + 2, end)));
    at = end + between.length;
  }
}

function parsePart(bytes: Buffer): FormPart {
  const split = bytes.indexOf('\r\n\r\n');
  if (split < 0) throw malformed('a part without headers');
  const headers = new Map(
    bytes
      .subarray(0, split)
      .toString('utf8')
      .split('\r\n')
      .map((line): [string, string] => {
        const colon = line.indexOf(':');
        return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
      }),
  );
  const disposition = headers.get('content-disposition') ?? '';
  const name = /^form-data;.*?\bname="([^"]*)"/.exec(disposition)?.[1];
  if (name === undefined) throw malformed('a part without a name');
  return {
    name,
    filename: /\bfilename="([^"]*)"/.exec(disposition)?.[1],
    contentType: headers.get('content-type'),
    data: bytes.subarray(split + 4),
  };
}

function malformed(what: string): Refusal {
  return new Refusal(400, `Could not parse multipart form: ${what}.`, null);
}
