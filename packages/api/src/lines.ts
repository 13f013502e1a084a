import { ApiError, isCancellation } from './errors.js';

/** The lines of an answer, while they come. @throws ApiError `cancelled`, `unreachable` when the answer is cut */
export async function* readLines(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      const parts = (rest + decoder.decode(value, { stream: true })).split('\n');
      rest = parts.pop() ?? '';
      yield* parts;
    }
  } catch (error) {
    if (isCancellation(error)) {
      throw new ApiError('cancelled', 'the call was cancelled', {}, { cause: error });
    }
    throw new ApiError('unreachable', 'the connection to the control plane was lost', {}, { cause: error });
  } finally {
    await reader.cancel().catch(() => undefined);
  }
  if (rest !== '') yield rest;
}
