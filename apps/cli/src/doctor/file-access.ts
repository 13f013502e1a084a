import { constants } from 'node:fs';
import { access } from 'node:fs/promises';

/** Whether this account may write to a file or a directory; false where there is none. @param more of `constants`, asked for as well */
export async function isWritable(path: string, more = 0): Promise<boolean> {
  return await access(path, constants.W_OK | more).then(
    () => true,
    () => false,
  );
}
