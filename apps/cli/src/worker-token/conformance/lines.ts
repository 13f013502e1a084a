/**
 * The lines of a stream of UTF-8, without their line feeds. Only a line feed ends a line: JSON may hold every other
 * separator. The rest after the last one is a line, too.
 *
 * @throws RangeError when a line is longer than `maxLength` characters
 */
export async function* linesOf(
  stream: AsyncIterable<Uint8Array | string>,
  maxLength = 1024 * 1024,
): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of stream) {
    rest += typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true });
    const lines = rest.split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
    if (rest.length > maxLength) throw new RangeError(`a line is longer than ${maxLength} characters`);
  }
  if (rest !== '') yield rest;
}
