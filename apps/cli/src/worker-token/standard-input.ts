import { CommandFailure } from '../failure.js';

const MAX_BYTES = 64 * 1024;

/** Everything on standard input. `what` names what is expected there, for the failures. */
export async function readStandardInput(what: string): Promise<Buffer> {
  if (process.stdin.isTTY) {
    throw new CommandFailure(`${what} is read from standard input; pipe it in`, 2);
  }
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of process.stdin) {
    const bytes = Buffer.from(chunk as Uint8Array);
    size += bytes.length;
    if (size > MAX_BYTES) throw new CommandFailure(`${what}: standard input is larger than 64 KiB`);
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}
