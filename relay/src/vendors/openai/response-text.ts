/** No transcription comes near this, characters. */
const MAX_CHARACTERS = 1_000_000;

/**
 * The whole of a body.
 *
 * @throws RangeError where it does not end
 */
export async function bodyText(body: AsyncIterable<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const bytes of body) {
    text += decoder.decode(bytes, { stream: true });
    if (text.length > MAX_CHARACTERS) throw new RangeError('A body does not end.');
  }
  return text + decoder.decode();
}

/**
 * The data of each server-sent event (WHATWG HTML, section 9.2.6); names, ids and comments are
 * left out, since OpenAI's streams say everything in the data.
 *
 * @throws RangeError where an event does not end
 */
export async function* sseData(
  body: AsyncIterable<Uint8Array>,
): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder();
  let rest = '';
  let data: string[] = [];
  for await (const bytes of body) {
    const lines = (rest + decoder.decode(bytes, { stream: true })).split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop()!;
    for (const line of lines) {
      if (line === '') {
        if (data.length > 0) yield data.join('\n');
        data = [];
      } else if (line.startsWith('data:')) data.push(line.slice(line[5] === ' ' ? 6 : 5));
    }
    if (rest.length > MAX_CHARACTERS || data.join('').length > MAX_CHARACTERS)
      throw new RangeError('A server-sent event does not end.');
  }
}
