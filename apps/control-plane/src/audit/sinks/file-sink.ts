import { constants, type FileHandle, open, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { exportLine } from '@stacyvm/audit';
import type { AuditSink } from './audit-sink.js';
import { fileIdentity } from './file-identity.js';

/**
 * Appends a line for each record to a file for its owner alone. A file that was moved or removed is left, and one is
 * made in its place: rotation needs no signal.
 *
 * @param sync whether a record is there only when the disk has it
 */
export function createFileSink(path: string, sync: boolean): AuditSink {
  let file: FileHandle | undefined;

  async function current(): Promise<FileHandle> {
    if (file !== undefined && !(await isAt(path, file))) {
      if (sync) await file.datasync();
      await close();
    }
    file ??= await openAtLineStart(path, sync);
    return file;
  }

  async function close(): Promise<void> {
    const open = file;
    file = undefined;
    await open?.close();
  }

  return {
    name: `file:${path}`,
    kind: 'file',
    identity: () => fileIdentity(path),
    async send(records) {
      const handle = await current();
      try {
        await handle.appendFile(records.map((record) => `${exportLine(record)}\n`).join(''));
      } catch (error) {
        // The last line may be half there: the next one begins with a line of its own.
        await close();
        throw error;
      }
    },
    async settle() {
      if (sync) await file?.datasync();
    },
    close,
  };
}

async function isAt(path: string, file: FileHandle): Promise<boolean> {
  const [there, ours] = await Promise.all([stat(path).catch(() => undefined), file.stat()]);
  return there !== undefined && there.ino === ours.ino && there.dev === ours.dev;
}

/** Half a line of somebody who was killed is ended and stays: nothing that was once written is taken away. */
async function openAtLineStart(path: string, sync: boolean): Promise<FileHandle> {
  const { O_APPEND, O_CREAT, O_RDWR } = constants;
  const file = await open(path, O_APPEND | O_CREAT | O_RDWR, 0o600);
  try {
    const { size } = await file.stat();
    if (size === 0) {
      if (sync) await syncDirectory(dirname(path));
      return file;
    }
    const last = await file.read(Buffer.alloc(1), 0, 1, size - 1);
    if (last.buffer.toString('latin1') !== '\n') await file.appendFile('\n');
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** Without it a new file may be gone after a power failure, and what was written to it. */
async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
