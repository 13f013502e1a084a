import type { ApiClient } from '@stacyvm/api';
import { CommandFailure } from '../failure.js';

/** What a program saw inside a sandbox, and how long the steps took in milliseconds. */
export interface Proof {
  readonly sandboxId: string;
  readonly workerId: string;
  readonly facts: Readonly<Record<Fact, string>>;
  readonly spawnMs: number;
  readonly execMs: number;
  readonly destroyMs: number;
}

type Fact =
  | 'kernel'
  | 'uid'
  | 'capabilities'
  | 'processes'
  | 'interfaces'
  | 'routes'
  | 'control_plane'
  | 'primes';

const PRIMES_BELOW_20000 = '2262';

/** A real program: it looks around and counts primes. Its argument is the port that the control plane has on the host. */
const PROGRAM = `
echo "kernel=$(uname -sr)"
echo "uid=$(id -u)"
echo "capabilities=$(sed -n 's/^CapEff:[[:space:]]*//p' /proc/self/status)"
echo "processes=$(ls -d /proc/[0-9]* | wc -l)"
echo "interfaces=$(sed -n 's/^ *\\([^:]*\\):.*/\\1/p' /proc/net/dev | tr '\\n' ' ')"
echo "routes=$(($(wc -l < /proc/net/route) - 1))"
if command -v bash > /dev/null && bash -c ": < /dev/tcp/127.0.0.1/$1" 2> /dev/null
then echo control_plane=reachable; else echo control_plane=unreachable; fi
echo "primes=$(awk 'BEGIN { for (n = 2; n < 20000; n++) { prime = 1; for (d = 2; d * d <= n; d++) if (n % d == 0) { prime = 0; break } count += prime }; print count }')"
`;

/**
 * Spawns a sandbox, runs the program in it and destroys it.
 *
 * @throws CommandFailure when the program saw something that a sandbox must not show, or could not compute
 */
export async function proveSystem(
  client: ApiClient,
  controlPlanePort: number,
  signal: AbortSignal,
): Promise<Proof> {
  const started = performance.now();
  const sandbox = await client.spawn({ image: 'host', provider: 'bubblewrap', ttl: '5m' }, { signal });
  const spawned = performance.now();
  let output = '';
  let executed = spawned;
  try {
    const exit = await client.execStream(
      sandbox.id,
      {
        mode: 'argv',
        command: 'sh',
        args: ['-c', PROGRAM, 'proof', String(controlPlanePort)],
        timeout: '60s',
      },
      ({ data }) => {
        output += data;
      },
      { signal },
    );
    executed = performance.now();
    if (exit.exit_code !== 0)
      throw new CommandFailure(`the program in the sandbox failed (${exit.exit_code}):\n${output}`);
  } finally {
    await client.destroy(sandbox.id);
  }
  const facts = parseFacts(output);
  checkFacts(facts);
  return {
    sandboxId: sandbox.id,
    workerId: sandbox.worker_id ?? '',
    facts,
    spawnMs: spawned - started,
    execMs: executed - spawned,
    destroyMs: performance.now() - executed,
  };
}

/** The proof as lines for people. */
export function describeProof({ facts, ...proof }: Proof): string {
  const ms = (value: number): string => `${value.toFixed(0)} ms`;
  return [
    `A program ran in sandbox ${proof.sandboxId} on ${proof.workerId} and saw:`,
    `  kernel       ${facts.kernel}`,
    `  user         uid ${facts.uid}, capabilities ${facts.capabilities}`,
    `  processes    ${facts.processes}, none of the host's`,
    `  network      unreachable: interfaces ${facts.interfaces.trim()}, ${facts.routes} routes, control plane ${facts.control_plane}`,
    `  computation  ${facts.primes} primes below 20000`,
    `It took ${ms(proof.spawnMs)} to spawn, ${ms(proof.execMs)} to run and ${ms(proof.destroyMs)} to destroy.`,
  ].join('\n');
}

function parseFacts(output: string): Record<Fact, string> {
  const entries = output
    .split('\n')
    .filter((line) => line.includes('='))
    .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]);
  return Object.fromEntries(entries) as Record<Fact, string>;
}

function checkFacts(facts: Record<Fact, string>): void {
  const expected: readonly (readonly [boolean, string])[] = [
    [facts.kernel !== undefined && facts.kernel !== '', 'names its kernel'],
    [facts.uid !== '0', 'is not root'],
    [/^0+$/.test(facts.capabilities ?? ''), 'has no capabilities'],
    [Number(facts.processes) < 20, 'sees no processes of the host'],
    [facts.interfaces?.trim() === 'lo', 'has no network interface but its own loopback'],
    [facts.routes === '0', 'has no route'],
    [facts.control_plane === 'unreachable', 'cannot reach the control plane'],
    [facts.primes === PRIMES_BELOW_20000, `counts ${PRIMES_BELOW_20000} primes`],
  ];
  const broken = expected.filter(([holds]) => !holds).map(([, what]) => what);
  if (broken.length > 0)
    throw new CommandFailure(`the proof failed; it does not hold that the program ${broken.join(', or ')}`);
}
