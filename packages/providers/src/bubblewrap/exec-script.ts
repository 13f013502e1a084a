import { type ResolvedExec, shellQuote, WORKSPACE } from '../exec-request.js';
import { enterSandbox, type Privilege } from './privilege.js';

/** Descriptors of the chain: 2 carries its own messages, 3 the script, 5 the program's stderr. */
export const SCRIPT_FD = 3;
export const STDERR_FD = 5;
/** The chain's last message before the program. What it says instead is why the program could not be started. */
export const STARTED = 'stacyvm:started';
/** In the environment of an exec's processes where no cgroup holds them together. */
export const EXEC_MARKER = 'STACYVM_EXEC_ID';

const BASE_ENV = [
  ['PATH', '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
  ['HOME', WORKSPACE],
  ['USER', 'sandbox'],
  ['LANG', 'C.UTF-8'],
] as const;

export interface EntryPlan {
  readonly privilege: Privilege;
  readonly initPid: number;
  readonly monitorPid: number;
  readonly cgroups: readonly string[];
  readonly prlimit: readonly string[];
}

/** What runs on the host: joins the exec's cgroups, takes its limits, enters the sandbox and reads the script there. */
export function entryScript(plan: EntryPlan): string {
  const command = [
    ...plan.prlimit,
    ...enterSandbox(plan.privilege, plan.initPid, plan.monitorPid),
    ...['/bin/sh', '-c', `eval "$(cat <&${SCRIPT_FD})"`],
  ];
  return [
    ...plan.cgroups.map((procs) => `echo 0 >${shellQuote(procs)} || exit 125`),
    '{ echo 500 >/proc/self/oom_score_adj; } 2>/dev/null || :',
    `exec ${command.map(shellQuote).join(' ')}`,
  ].join('\n');
}

/**
 * What runs inside: it reaches the sandbox through a pipe, so that neither the command nor a value of the environment stands in an
 * argument list that the host's users can read.
 */
export function sandboxScript(exec: ResolvedExec, marker: string | undefined): string {
  const env = new Map<string, string>([...BASE_ENV, ...exec.env]);
  if (marker !== undefined) env.set(EXEC_MARKER, marker);
  return [
    `echo ${STARTED} >&2`,
    `exec 2>&${STDERR_FD} ${STDERR_FD}>&- ${SCRIPT_FD}<&-`,
    `cd ${shellQuote(exec.workdir)} || exit 126`,
    'unset OLDPWD',
    ...[...env].map(([name, value]) => `export ${name}=${shellQuote(value)}`),
    `exec ${exec.argv.map(shellQuote).join(' ')}`,
  ].join('\n');
}
