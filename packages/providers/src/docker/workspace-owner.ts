import { WORKSPACE } from '../exec-request.js';

const BLOCK_BYTES = 512;
const DIRECTORY = '5';

/**
 * An archive that holds the workspace's directory alone: the engine makes a volume for root, and only an archive put at `/` changes
 * that without a program of the image. A user who has only a name gets a directory for everyone: nobody else is there.
 *
 * @returns undefined for root, who owns it already
 */
export function workspaceArchive(user: string): Buffer | undefined {
  if (user === '') return undefined;
  const [uid = '', gid = '0'] = user.split(':');
  if (uid === 'root' || Number(uid) === 0) return undefined;
  if (!fitsField(uid)) return directoryArchive({ mode: 0o777, uid: 0, gid: 0 });
  return directoryArchive({ mode: 0o700, uid: Number(uid), gid: fitsField(gid) ? Number(gid) : 0 });
}

/** The format has seven octal digits for an id. */
function fitsField(id: string): boolean {
  return /^\d+$/.test(id) && Number(id) < 8 ** 7;
}

/** One entry in the ustar format (POSIX.1-2017, pax, "ustar Interchange Format"), and the two blocks that end an archive. */
function directoryArchive({ mode, uid, gid }: { mode: number; uid: number; gid: number }): Buffer {
  const header = Buffer.alloc(BLOCK_BYTES);
  const octal = (value: number, offset: number, length: number) =>
    header.write(`${value.toString(8).padStart(length - 1, '0')}\0`, offset, 'latin1');
  header.write(`${WORKSPACE.slice(1)}/`, 0, 'latin1');
  octal(mode, 100, 8);
  octal(uid, 108, 8);
  octal(gid, 116, 8);
  octal(0, 124, 12);
  octal(0, 136, 12);
  header.write(DIRECTORY, 156, 'latin1');
  header.write('ustar\x0000', 257, 'latin1');
  header.fill(' ', 148, 156);
  const checksum = header.reduce((sum, byte) => sum + byte, 0);
  header.write(`${checksum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return Buffer.concat([header, Buffer.alloc(2 * BLOCK_BYTES)]);
}
