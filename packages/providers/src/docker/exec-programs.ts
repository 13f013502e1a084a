import type { ResolvedExec } from '../exec-request.js';

/** In the environment of an exec's processes: what the exec is killed by. `<id>.program`, or `<id>.shell` for what carries its output. */
const EXEC_MARKER = 'STACYVM_EXEC_ID';

/**
 * Runs the program and tells when it has begun and how it ended. Its output goes through two `cat`s, because the engine closes its own
 * pipes soon after the main process of an exec has ended: a server left in the background would die of its next line. So the main
 * process is this script, which lives as long as anything holds the output. The status follows the output through the same
 * pipes: when it has arrived on both, so has everything that the program wrote. Only the positional parameters hold
 * values, for a name set here could be one of the request's environment.
 *
 * $1 the tag, $2 the directory, $3 the program's marker, $4 `PATH=…` or empty, then the program and its arguments. Descriptors 3 and
 * 4 are the engine's pipes.
 */
const RUN = `exec 3>&1 4>&2 5<&0
{ { {
( printf '%sbegin\\n' "$1" >&3
  exec 3>&- 4>&- 5<&- 6>&-
  cd "$2" || exit 126
  unset OLDPWD
  export "$3"
  case $4 in PATH=*) export "$4" ;; esac
  shift 4
  exec "$@" ) <&5 2>&6
set -- "$1" "$?"
printf '%s%s\\n' "$1" "$2"
printf '%s%s\\n' "$1" "$2" >&6
} 2>/dev/null | cat >&3 3>&- 4>&- 5<&- 6>&-; } 6>&1 | cat >&4 3>&- 4>&- 5<&-; }`;

/**
 * Kills the processes that carry the marker ($1), those of their sessions and all their descendants; fails when some are left. It runs
 * as the sandbox's own user and never as more: what it is made of may have been replaced by a program of the sandbox.
 */
const KILL = `round=0
while [ $round -lt 20 ]; do
  round=$((round + 1)) found=' ' rows=
  for file in $(grep -lszF "$1" /proc/[0-9]*/environ); do
    pid=\${file#/proc/} found="$found\${pid%/environ} "
  done
  [ "$found" = ' ' ] && exit 0
  for file in /proc/[0-9]*/stat; do
    row=
    { while IFS= read -r line; do row=$line; done <"$file"; } 2>/dev/null
    set -- "$1" \${row##*) }
    [ "\${2:-Z}" = Z ] && continue
    pid=\${file#/proc/} rows="$rows \${pid%/stat}:$3:$5"
  done
  grew=1
  while [ $grew = 1 ]; do
    grew=0
    for row in $rows; do
      pid=\${row%%:*} row=\${row#*:}
      case $found in *" $pid "*) continue ;; esac
      case $found in *" \${row%:*} "* | *" \${row#*:} "*) found="$found$pid " grew=1 ;; esac
    done
  done
  for pid in $found; do kill -9 "$pid" 2>/dev/null; done
done
exit 1`;

/** What keeps a sandbox: it ends, and every process with it, when its input does. */
export const KEEPER = ['/bin/sh', '-c', 'while read -r _; do :; done'] as const;

export interface EngineExec {
  readonly argv: readonly string[];
  readonly env: readonly string[];
}

/** Announces a message in the output: the byte at its front is rare in what programs write. */
export function messageTag(execId: string): string {
  return `\x1estacyvm-${execId}:`;
}

export function runProgram(execId: string, exec: ResolvedExec): EngineExec {
  // Set inside, right before the program: this script needs the image's own PATH.
  const path = exec.env.findLast(([name]) => name === 'PATH')?.[1];
  const env = exec.env.filter(([name]) => name !== 'PATH').map(([name, value]) => `${name}=${value}`);
  const parameters = [
    ...[messageTag(execId), exec.workdir, `${EXEC_MARKER}=${execId}.program`],
    path === undefined ? '' : `PATH=${path}`,
  ];
  return {
    argv: ['/bin/sh', '-c', RUN, 'sh', ...parameters, ...exec.argv],
    env: [...env, `${EXEC_MARKER}=${execId}.shell`],
  };
}

/** @param what the program alone, so that its last output still gets out, or also what carries that */
export function killExec(execId: string, what: 'program' | 'all'): EngineExec {
  const marker = `${EXEC_MARKER}=${execId}.${what === 'program' ? 'program' : ''}`;
  return { argv: ['/bin/sh', '-c', KILL, 'sh', marker], env: [] };
}
