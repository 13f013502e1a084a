import { open } from 'node:fs/promises';
import { redact, redactText } from '@stacyvm/logging';

const MAX_LINES = 2_000;
const MAX_BYTES = 4 * 1024 * 1024;

/**
 * The last 2,000 lines of a log, and not more than the last 4 MiB; secrets are taken out line by line.
 *
 * @throws NodeJS.ErrnoException when the file cannot be read
 */
export async function logPart(path: string): Promise<Readonly<Record<string, unknown>>> {
  const { text, whole } = await readEnd(path);
  const lines = text.replace(/\n$/, '').split('\n');
  // The first line may have lost its beginning, and with it what shows that there is a secret in it.
  const complete = whole ? lines : lines.slice(1);
  return { file: path, lines: complete.slice(-MAX_LINES).map(redactLine) };
}

async function readEnd(path: string): Promise<{ readonly text: string; readonly whole: boolean }> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const length = Math.min(size, MAX_BYTES);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, size - length);
    return { text: buffer.toString('utf8', 0, bytesRead), whole: length === size };
  } finally {
    await file.close();
  }
}

/** Lines of JSON by the names of their members as well. */
function redactLine(line: string): unknown {
  if (!line.startsWith('{')) return redactText(line);
  try {
    return redact(JSON.parse(line));
  } catch {
    return redactText(line);
  }
}
