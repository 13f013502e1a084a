import type { ServerResponse } from 'node:http';

/** The memory for answers in one piece that the calls of one worker share, beyond what each has anyway. */
export interface AnswerPool {
  /** Begins the hold of one call. */
  open(sandboxId: string): AnswerHold;
  heldBytes(): number;
}

/** What one call has taken of a pool. */
export interface AnswerHold {
  readonly bytes: number;
  /** Takes so many bytes more, or none where the pool or the share of the sandbox has not as many, or the call is over. */
  take(bytes: number): boolean;
  /** Gives everything back; any number of calls. */
  close(): void;
}

/** The sandbox that may take all of it would leave nothing to the others. */
const SHARE_OF_A_SANDBOX = 0.25;

export function createAnswerPool(totalBytes: number): AnswerPool {
  const shareBytes = totalBytes * SHARE_OF_A_SANDBOX;
  const bySandbox = new Map<string, number>();
  let held = 0;

  function change(sandboxId: string, bytes: number): void {
    held += bytes;
    const own = (bySandbox.get(sandboxId) ?? 0) + bytes;
    if (own === 0) bySandbox.delete(sandboxId);
    else bySandbox.set(sandboxId, own);
  }

  return {
    open(sandboxId) {
      let bytes = 0;
      let closed = false;
      return {
        get bytes() {
          return bytes;
        },
        take(more) {
          const own = bySandbox.get(sandboxId) ?? 0;
          if (closed || held + more > totalBytes || own + more > shareBytes) return false;
          bytes += more;
          change(sandboxId, more);
          return true;
        },
        close() {
          if (closed) return;
          closed = true;
          change(sandboxId, -bytes);
          bytes = 0;
        },
      };
    },
    heldBytes: () => held,
  };
}

/** What an answer may be long without the pool, in bytes. */
const FREE_BYTES = 256 * 1024;

/** Makes the hold large enough for an answer of this length, or tells that there is no room for it. */
export function holdAnswer(hold: AnswerHold, answerBytes: number): boolean {
  const more = answerBytes - FREE_BYTES - hold.bytes;
  return more <= 0 || hold.take(more);
}

/** An answer takes memory until the peer has it, or is gone. */
export function holdUntilSent(hold: AnswerHold, response: ServerResponse): AnswerHold {
  if (response.destroyed) hold.close();
  else response.once('close', hold.close);
  return hold;
}
