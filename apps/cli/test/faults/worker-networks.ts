import { execFile, spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { promisify } from 'node:util';

/**
 * How a network fails in ways that no program on its path can imitate. `unplug`: the worker has no link, its own sends
 * fail at once. `mute`: what the worker sends is lost. `deafen`: what is sent to the worker is lost. What is lost is
 * lost silently; connections stay half open.
 */
export type NetworkFault = 'unplug' | 'mute' | 'deafen';

/** A network namespace for one worker, with one link to this host. */
export interface WorkerNetwork {
  /** The worker's own address. */
  readonly address: string;
  /** What to write before a command to run it in there. */
  readonly enter: readonly string[];
  begin(fault: NetworkFault): Promise<void>;
  /** Ends what one `begin` began; the fault lasts as long as another has it. */
  end(fault: NetworkFault): Promise<void>;
}

export interface WorkerNetworks {
  /** Of this host, as all workers see it. */
  readonly hostAddress: string;
  readonly networks: readonly WorkerNetwork[];
  close(): Promise<void>;
}

const PREFIX = 'stacyvm-faults-';
const NAMESPACES = '/run/netns';
/** Where nobody is: what is sent there is lost. */
const NOWHERE = '02:73:76:ff:ff:ff';

/** Why namespaces cannot be had here; undefined when they can. */
export function whyNoNetworks(): string | undefined {
  if (process.platform !== 'linux') return 'they need Linux';
  const missing = ['ip', 'nsenter', 'unshare'].filter((program) => !isOnPath(program));
  if (missing.length > 0) return `they need ${missing.join(', ')}`;
  const probe = ['--net', 'ip', 'link', 'add', 'svf', 'type', 'veth', 'peer', 'name', 'eth0'];
  const { status, stderr } = spawnSync('unshare', probe, { encoding: 'utf8' });
  return status === 0 ? undefined : `they need root, and a kernel that lets it: ${stderr.trim()}`;
}

/** @throws Error when the kernel refuses; nothing is left then */
export async function openWorkerNetworks(count: number): Promise<WorkerNetworks> {
  await removeAbandoned();
  const subnet = freeSubnet();
  const hostAddress = `${subnet}.1`;
  const names = Array.from({ length: count }, (_, index) => `${PREFIX}${process.pid}-${index}`);
  const close = async (): Promise<void> => {
    for (const [index, name] of names.entries()) {
      // The device goes with the namespace, but not at once.
      await ip(`link del ${deviceOf(index)}`).catch(() => undefined);
      await ip(`netns del ${name}`).catch(() => undefined);
    }
  };
  try {
    const networks: WorkerNetwork[] = [];
    for (const [index, name] of names.entries()) networks.push(await openNetwork(index, name, subnet));
    return { hostAddress, networks, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function openNetwork(index: number, name: string, subnet: string): Promise<WorkerNetwork> {
  const [host, worker] = [`${subnet}.1`, `${subnet}.${index + 2}`];
  const number = index.toString(16).padStart(2, '0');
  const [hostMac, workerMac] = [`02:73:76:00:00:${number}`, `02:73:76:00:01:${number}`];
  const device = deviceOf(index);
  await ip(
    `netns add ${name}`,
    `link add ${device} address ${hostMac} type veth peer name eth0 address ${workerMac} netns ${name}`,
    `address add ${host} peer ${worker}/32 dev ${device}`,
    `link set ${device} up`,
  );
  await inside('address add', `${worker} peer ${host}/32 dev eth0`);
  await inside('link set', 'lo up');

  const counts = { unplug: 0, mute: 0, deafen: 0 };
  let turn: Promise<void> = apply();
  await turn;

  function inside(...words: readonly string[]): Promise<void> {
    return ip(`-netns ${name} ${words.join(' ')}`);
  }

  async function apply(): Promise<void> {
    await inside('link set eth0', counts.unplug > 0 ? 'down' : 'up');
    // A frame to a wrong address is dropped by whoever gets it: loss in one direction, without a word to anybody.
    const toWorker = counts.deafen > 0 ? NOWHERE : workerMac;
    await ip(`neighbour replace ${worker} lladdr ${toWorker} dev ${device} nud permanent`);
    if (counts.unplug > 0) return;
    const toHost = counts.mute > 0 ? NOWHERE : hostMac;
    await inside(`neighbour replace ${host} lladdr ${toHost} dev eth0 nud permanent`);
  }

  /** One change after the other: each brings about what is wanted by then. */
  function change(fault: NetworkFault, by: 1 | -1): Promise<void> {
    counts[fault] += by;
    turn = turn.catch(() => undefined).then(apply);
    return turn;
  }

  return {
    address: worker,
    enter: ['nsenter', `--net=${NAMESPACES}/${name}`],
    begin: (fault) => change(fault, 1),
    end: (fault) => change(fault, -1),
  };
}

function deviceOf(index: number): string {
  return `svf${process.pid}w${index}`;
}

/** Of the range for measurements between networks (RFC 2544), which is nobody's. */
function freeSubnet(): string {
  const taken = Object.values(networkInterfaces()).flatMap((ofDevice) =>
    (ofDevice ?? []).map(({ address }) => address),
  );
  for (let attempt = 0; attempt < 256; attempt += 1) {
    const subnet = `198.18.${(process.pid + attempt) % 256}`;
    if (!taken.some((address) => address.startsWith(`${subnet}.`))) return subnet;
  }
  throw new Error('198.18.0.0/16 is in use');
}

/** A run that was killed leaves its namespaces behind. */
async function removeAbandoned(): Promise<void> {
  const names = existsSync(NAMESPACES) ? readdirSync(NAMESPACES) : [];
  for (const name of names.filter((each) => each.startsWith(PREFIX))) {
    const owner = name.slice(PREFIX.length).split('-')[0] ?? '';
    if (!existsSync(`/proc/${owner}`)) await ip(`netns del ${name}`).catch(() => undefined);
  }
}

async function ip(...commands: readonly string[]): Promise<void> {
  for (const command of commands) await promisify(execFile)('ip', command.split(' '));
}

function isOnPath(program: string): boolean {
  return (process.env['PATH'] ?? '').split(':').some((directory) => existsSync(`${directory}/${program}`));
}
