import type { Check, CheckGroup, CheckNode, CheckStatus, Finding } from './check.js';

/** What a check or a group of them came to. A group has the worst status of its children. */
export interface CheckResult {
  /** Dotted: the id of the group comes first. */
  readonly id: string;
  readonly title: string;
  readonly status: CheckStatus;
  /** Empty for a group with checks. */
  readonly message: string;
  readonly advice?: string;
  readonly durationMs: number;
  readonly checks: readonly CheckResult[];
}

export interface RunOptions {
  /** What each check may take. */
  readonly timeoutMs: number;
  /** Warnings that production does not tolerate become failures. */
  readonly production: boolean;
  /** Applied to every text that a check says. */
  readonly redactText: (text: string) => string;
}

const MAX_CONCURRENT_CHECKS = 8;

/** From worst to best. What was not looked at counts only where nothing was. */
const BY_WEIGHT: readonly CheckStatus[] = ['failure', 'warning', 'success', 'skipped'];

/** Runs checks side by side; the results are in the order of the checks. Never rejects because of a check. */
export async function runChecks(
  nodes: readonly CheckNode[],
  options: RunOptions,
): Promise<readonly CheckResult[]> {
  const turns = createTurns(MAX_CONCURRENT_CHECKS);

  const runNode = (node: CheckNode, prefix: string): Promise<CheckResult> =>
    'run' in node ? runCheck(node, prefix + node.id) : runGroup(node, prefix + node.id);

  const runCheck = async (check: Check, id: string): Promise<CheckResult> => {
    const { value, durationMs } = await turns(() => timed(() => attempt(check.run, options.timeoutMs)));
    return { id, title: check.title, ...toldOf(value, options), durationMs, checks: [] };
  };

  const runGroup = async (group: CheckGroup, id: string): Promise<CheckResult> => {
    const startedAt = performance.now();
    const found = await turns(() => attempt(async (signal) => group.checks(signal), options.timeoutMs));
    const checks = isFinding(found) ? [] : await Promise.all(found.map((node) => runNode(node, `${id}.`)));
    const told = isFinding(found)
      ? toldOf(found, options)
      : { status: worstOf(checks.map(({ status }) => status)), message: '' };
    return { id, title: group.title, ...told, durationMs: elapsed(startedAt), checks };
  };

  return Promise.all(nodes.map((node) => runNode(node, '')));
}

export function worstOf(statuses: readonly CheckStatus[]): CheckStatus {
  return BY_WEIGHT.find((status) => statuses.includes(status)) ?? 'skipped';
}

function toldOf(
  { status, message, advice, failsInProduction }: Finding,
  { production, redactText }: RunOptions,
): Pick<CheckResult, 'status' | 'message' | 'advice'> {
  return {
    status: production && failsInProduction === true ? 'failure' : status,
    message: redactText(message),
    ...(advice === undefined ? {} : { advice: redactText(advice) }),
  };
}

/** The result of `work`, or a failure when it rejects or takes too long; then its signal fires. */
async function attempt<T>(
  work: (signal: AbortSignal) => Promise<T>,
  timeoutMs: number,
): Promise<T | Finding> {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<Finding>((resolve) => {
    timer = setTimeout(() => {
      controller.abort();
      resolve({
        status: 'failure',
        message: `no result within ${timeoutMs} ms`,
        advice: 'give it more time with --timeout, or find out what hangs',
      });
    }, timeoutMs);
  });
  const result = work(controller.signal).catch(
    (error: unknown): Finding => ({
      status: 'failure',
      message: error instanceof Error ? error.message : String(error),
      advice: 'the check itself could not be made; see the message',
    }),
  );
  try {
    return await Promise.race([result, limit]);
  } finally {
    clearTimeout(timer);
  }
}

async function timed<T>(work: () => Promise<T>): Promise<{ readonly value: T; readonly durationMs: number }> {
  const startedAt = performance.now();
  const value = await work();
  return { value, durationMs: elapsed(startedAt) };
}

function elapsed(startedAt: number): number {
  return Math.round(performance.now() - startedAt);
}

function isFinding(found: readonly CheckNode[] | Finding): found is Finding {
  return !Array.isArray(found);
}

/** Lets at most `size` pieces of work run at a time. */
function createTurns(size: number): <T>(work: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (work) => {
    if (running >= size) await new Promise<void>((resolve) => waiting.push(resolve));
    else running += 1;
    try {
      return await work();
    } finally {
      // The place goes to the next in line, so that `running` stays what it is.
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
}
