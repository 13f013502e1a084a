/** 128 + SIGPIPE: what a program exits with whose reader is gone. */
export const CLOSED_OUTPUT_EXIT_CODE = 141;

/**
 * Not listeners of SIGPIPE: Node.js ignores that signal as long as nobody listens, and afterwards no more, so that any broken
 * connection would kill the process.
 */
const listeners = new Set<() => void>();

/**
 * Ends the command when whoever reads its output has gone, as after `stacyvm … | head`: quietly, as SIGPIPE ends other programs.
 * A command that has something to clean up listens (`onClosedOutput`) and ends by itself.
 */
export function endWhenNobodyReads(...streams: readonly NodeJS.WriteStream[]): void {
  for (const stream of streams) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
      if (listeners.size === 0) process.exit(CLOSED_OUTPUT_EXIT_CODE);
      for (const listener of listeners) listener();
    });
  }
}

/** @returns what takes the listener away again */
export function onClosedOutput(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
