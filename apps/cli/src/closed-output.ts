/** 128 + SIGPIPE: what a program exits with whose reader is gone. */
const EXIT_CODE = 141;

/**
 * Ends the command when whoever reads its output has gone, as after `stacyvm … | head`: quietly, as SIGPIPE ends other programs.
 * Node ignores that signal and throws instead. A command that has something to clean up listens for SIGPIPE (`onInterrupt`).
 */
export function endWhenNobodyReads(...streams: readonly NodeJS.WriteStream[]): void {
  for (const stream of streams) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
      if (!process.emit('SIGPIPE', 'SIGPIPE')) process.exit(EXIT_CODE);
    });
  }
}
