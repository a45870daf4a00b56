import { createParser } from 'eventsource-parser';

/** No transcription comes near this, characters. */
const MAX_CHARACTERS = 1_000_000;

/**
 * The whole of a body.
 *
 * @throws RangeError if it does not end
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
 * The data of each server-sent event. Names and ids are left out, since OpenAI's streams say
 * everything in the data.
 *
 * @throws RangeError if an event does not end
 */
export async function* sseData(
  body: AsyncIterable<Uint8Array>,
): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder();
  const events: string[] = [];
  let isTooLong = false;
  const parser = createParser({
    maxBufferSize: MAX_CHARACTERS,
    onEvent: ({ data }) => events.push(data),
    onError: ({ type }) => (isTooLong ||= type === 'max-buffer-size-exceeded'),
  });
  for await (const bytes of body) {
    parser.feed(decoder.decode(bytes, { stream: true }));
    yield* events.splice(0);
    if (isTooLong) throw new RangeError('A server-sent event does not end.');
  }
}
