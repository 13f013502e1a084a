import { createReadStream } from 'node:fs';
import { CommandFailure } from '../failure.js';

/**
 * The lines of a file that `audit export` has written. Cut at line feeds alone: the readline of Node 24 cuts at U+2028 and
 * U+2029 as well, which JSON texts may hold as they are.
 *
 * @param exitCode when the file cannot be read
 * @throws CommandFailure
 */
export async function* exportFileLines(path: string, exitCode: 1 | 2): AsyncGenerator<string> {
  let rest = '';
  try {
    for await (const chunk of createReadStream(path, 'utf8') as AsyncIterable<string>) {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) yield withoutReturn(line);
    }
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unreadable';
    throw new CommandFailure(`${path} cannot be read: ${code}`, exitCode, { cause: error });
  }
  if (rest !== '') yield withoutReturn(rest);
}

/** What went through Windows has one before each line feed. */
function withoutReturn(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line;
}
