import { execFile } from 'node:child_process';
import { readdir, readFile, stat } from 'node:fs/promises';
import { promisify } from 'node:util';
import { MINIMAL_ENVIRONMENT } from './database-account.js';

const run = promisify(execFile);
const HAS_PROC = process.platform === 'linux';

/**
 * Names one process for good: process ids are reused, the moment of the start is not.
 * Undefined when no such process lives.
 */
export async function processStart(pid: number): Promise<string | undefined> {
  if (!Number.isInteger(pid) || pid <= 0) {
    return undefined;
  }
  if (!HAS_PROC) {
    return run('ps', ['-o', 'lstart=', '-p', String(pid)], { env: MINIMAL_ENVIRONMENT }).then(
      ({ stdout }) => stdout.trim() || undefined,
      () => undefined,
    );
  }
  try {
    const [bootId, status] = await Promise.all([
      readFile('/proc/sys/kernel/random/boot_id', 'utf8'),
      readFile(`/proc/${pid}/stat`, 'utf8'),
    ]);
    // The second field, the program's name, is in parentheses and may itself contain any character.
    const fields = status.slice(status.lastIndexOf(')') + 2).split(' ');
    const [state] = fields;
    const startTicks = fields[19];
    return state === 'Z' || startTicks === undefined ? undefined : `${bootId.trim()}:${startTicks}`;
  } catch {
    return undefined;
  }
}

/** Ids of the Postgres processes that work on a data directory, whatever name they know it by. */
export async function postgresProcesses(dataDirectory: string): Promise<readonly number[]> {
  return HAS_PROC ? processesWorkingIn(dataDirectory) : processesNaming(dataDirectory);
}

async function processesWorkingIn(dataDirectory: string): Promise<readonly number[]> {
  const directory = await stat(dataDirectory);
  const entries = (await readdir('/proc')).filter((entry) => /^[0-9]+$/.test(entry));
  const matches = await Promise.all(
    entries.map(async (entry) => {
      try {
        const program = await readFile(`/proc/${entry}/comm`, 'utf8');
        if (!program.startsWith('postgres')) {
          return false;
        }
        // The inode decides: in a mount namespace of its own the server sees its directory under another path.
        const working = await stat(`/proc/${entry}/cwd`);
        return working.dev === directory.dev && working.ino === directory.ino;
      } catch {
        return false;
      }
    }),
  );
  return entries.filter((_, index) => matches[index]).map(Number);
}

async function processesNaming(dataDirectory: string): Promise<readonly number[]> {
  const { stdout } = await run('ps', ['-axo', 'pid=,command='], { env: MINIMAL_ENVIRONMENT });
  return stdout
    .split('\n')
    .filter((line) => line.includes('postgres') && line.includes(`-D ${dataDirectory} `))
    .map((line) => Number.parseInt(line, 10))
    .filter(Number.isInteger);
}
