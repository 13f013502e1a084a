import { existsSync, type Stats } from 'node:fs';
import { dirname } from 'node:path';
import { type CheckGroup, type Finding, failure, note, skipped, success, warning } from '../check.js';
import { judgeFile, octal } from '../file-mode.js';
import { runsControlPlane, runsWorker, type Subject } from '../subject.js';

/** Who may change the configuration and the directories of the programs. */
export function fileModeChecks(subject: Subject): CheckGroup {
  const { loaded, settings } = subject;
  const embedded = settings['database.driver'] === 'embedded';
  return {
    id: 'file_modes',
    title: 'file modes',
    checks() {
      const places: readonly (readonly [id: string, path: string])[] = [
        ...(loaded.configFile === undefined
          ? []
          : ([
              ['config_file', loaded.configFile],
              ['config_directory', dirname(loaded.configFile)],
            ] as const)),
        ...(embedded && runsControlPlane(subject) ? [['database', settings['database.path']] as const] : []),
        ...(runsWorker(subject) ? [['state', settings['worker.state_dir']] as const] : []),
      ];
      const there = places.filter(([, path]) => existsSync(path));
      if (there.length === 0) return skipped('neither a configuration file nor a directory is there yet');
      return there.map(([id, path]) =>
        note(
          id,
          path,
          judgeFile(path, (stats) => judgeWritable(path, stats)),
        ),
      );
    },
  };
}

function judgeWritable(path: string, stats: Stats): Finding {
  const mode = octal(stats.mode);
  const sticky = stats.isDirectory() && (stats.mode & 0o1000) !== 0;
  if ((stats.mode & 0o002) !== 0 && !sticky) {
    return failure(`every user can change it (mode ${mode})`, `chmod o-w ${path}`);
  }
  if ((stats.mode & 0o020) !== 0 && !sticky) {
    return warning(`its group can change it (mode ${mode})`, `chmod g-w ${path}`);
  }
  const self = process.getuid?.();
  if (self !== undefined && stats.uid !== self && stats.uid !== 0) {
    return warning(`belongs to user ${stats.uid}, who can change it`, `chown it, or run as that user`);
  }
  if (sticky) return success(`others can add files, and change none of anybody else (mode ${mode}, sticky)`);
  return success(`only its owner can change it (mode ${mode})`);
}
