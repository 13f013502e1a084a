import { type Stats, statSync } from 'node:fs';
import { type Finding, failure, skipped } from './check.js';

/** Looks at a file or directory, links followed, and judges it; what is not there is somebody else's to tell. */
export function judgeFile(path: string, judge: (stats: Stats) => Finding): Finding {
  try {
    return judge(statSync(path));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return skipped('is not there');
    return failure(`cannot be looked at: ${code}`, 'run doctor as the user of the program');
  }
}

/** The permission bits for people, such as `0640`. */
export function octal(mode: number): string {
  return (mode & 0o7777).toString(8).padStart(4, '0');
}
