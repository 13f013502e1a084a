import { type FileHandle, open, stat } from 'node:fs/promises';
import { type AuditRecord, exportLine } from '@stacyvm/audit';
import { createLineQueue } from './line-queue.js';
import type { OpenSink } from './open-sinks.js';

/**
 * Appends a line for each record to a file for its owner alone. A file that was moved or removed is left, and one is
 * made in its place: rotation needs no signal.
 *
 * @param sync whether a record counts as written only when the disk has it
 */
export function createFileSink(path: string, sync: boolean): OpenSink {
  let file: FileHandle | undefined;

  async function current(): Promise<FileHandle> {
    if (file !== undefined && !(await isAt(path, file))) {
      await file.close();
      file = undefined;
    }
    file ??= await open(path, 'a', 0o600);
    return file;
  }

  const queue = createLineQueue(async (lines) => {
    const handle = await current();
    await handle.appendFile(lines.join(''));
    if (sync) await handle.datasync();
  });

  return {
    name: `file:${path}`,
    write: (record: AuditRecord) => queue.add(`${exportLine(record)}\n`),
    backlog: queue.backlog,
    async close() {
      await file?.close();
      file = undefined;
    },
  };
}

async function isAt(path: string, file: FileHandle): Promise<boolean> {
  const [there, ours] = await Promise.all([stat(path).catch(() => undefined), file.stat()]);
  return there !== undefined && there.ino === ours.ino && there.dev === ours.dev;
}
