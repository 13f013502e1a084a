import type { ServerResponse } from 'node:http';

export interface UnreadAnswersLimits {
  /** Of all answers together that callers have not taken, in bytes. */
  readonly maxBytes: number;
  /** How long a caller may take nothing of an answer that is complete. */
  readonly stallMs: number;
}

const DEFAULT_LIMITS: UnreadAnswersLimits = { maxBytes: 256 * 1024 * 1024, stallMs: 60_000 };

/**
 * Bounds what is kept for callers who do not read. The output of one program may be 32 MiB, and who asks for it again and again and
 * takes nothing would fill the memory of the control plane. Where all of it is too much, who was answered first loses the connection.
 * Content that is streamed is not kept, and has limits of its own.
 *
 * @returns to be told of each answer before it begins
 */
export function boundUnreadAnswers({
  maxBytes,
  stallMs,
} = DEFAULT_LIMITS): (response: ServerResponse) => void {
  const unread = new Map<ServerResponse, number>();
  let bytes = 0;

  function forget(response: ServerResponse): void {
    bytes -= unread.get(response) ?? 0;
    unread.delete(response);
  }

  function keep(response: ServerResponse): void {
    const size = response.socket?.writableLength ?? 0;
    if (size === 0) return;
    unread.set(response, size);
    bytes += size;
    response.setTimeout(stallMs, () => response.destroy());
    for (const oldest of unread.keys()) {
      if (bytes <= maxBytes || oldest === response) break;
      forget(oldest);
      oldest.destroy();
    }
  }

  return (response) => {
    response.once('prefinish', () => keep(response)).once('close', () => forget(response));
  };
}
