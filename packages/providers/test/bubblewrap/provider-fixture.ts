import { type Dirent, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type BubblewrapProviderOptions,
  createBubblewrapProvider,
  type SandboxProvider,
} from '../../src/index.js';

export interface ProviderFixture {
  readonly provider: SandboxProvider;
  readonly stateDir: string;
  dispose(): Promise<void>;
}

export async function bubblewrapFixture(
  options: Partial<BubblewrapProviderOptions> = {},
): Promise<ProviderFixture> {
  const directory = temporaryDirectory();
  // Below a directory that no other uid may enter, as /root or a service's own directory is.
  const stateDir = join(directory, 'state');
  const provider = createBubblewrapProvider({ stateDir, ...options });
  const health = await provider.check();
  if (!health.available) {
    rmSync(directory, { recursive: true, force: true });
    throw new Error(`these tests need bubblewrap: ${health.reason}`);
  }
  return {
    provider,
    stateDir,
    dispose: async () => {
      await provider.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

export function temporaryDirectory(): string {
  return mkdtempSync(join(tmpdir(), 'stacyvm-providers-'));
}

/** Host pids whose command line contains a text. */
export function hostProcesses(text: string): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((name) => readProc(name, 'cmdline').replaceAll('\0', ' ').includes(text))
    .map(Number);
}

export function readProc(pid: number | string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1');
  } catch {
    return '';
  }
}

/** Every cgroup directory on this host whose path contains a text. */
export function cgroupsNamed(text: string): readonly string[] {
  const found: string[] = [];
  const walk = (directory: string) => {
    for (const entry of entriesOf(directory)) {
      if (!entry.isDirectory()) continue;
      const path = join(directory, entry.name);
      if (path.includes(text)) found.push(path);
      walk(path);
    }
  };
  walk('/sys/fs/cgroup');
  return found;
}

/** Nothing of a directory that is not there, or goes while it is read: others of this host have cgroups as well. */
function entriesOf(directory: string): readonly Dirent[] {
  try {
    return readdirSync(directory, { withFileTypes: true });
  } catch {
    return [];
  }
}
