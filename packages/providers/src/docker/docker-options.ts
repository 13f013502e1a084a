import { isAbsolute } from 'node:path';
import { ProviderError } from '../errors.js';
import type { ProviderLogger } from '../provider-logger.js';

export interface DockerProviderOptions {
  /** Directory of this provider alone, made with mode 0700: its lock, and the name its containers are known by. */
  readonly stateDir: string;
  /** Path of the engine's Unix socket. Default: DOCKER_HOST, else /var/run/docker.sock. */
  readonly socket?: string;
  /** An OCI runtime that the engine knows. Default `runc`. */
  readonly runtime?: string;
  /** What a request for `host` or for no image gets. Default `alpine:latest`. */
  readonly defaultImage?: string;
  /** `missing` pulls an image that is not there; `never` refuses it. Default `missing`. */
  readonly pull?: 'missing' | 'never';
  /** `none`, `bridge` or the name of a network. Default `none`. */
  readonly networkMode?: string;
  /** `default` (the engine's own), the path of a profile in JSON, or `unconfined` for none. Default `default`. */
  readonly seccompProfile?: string;
  /** Everything but /workspace and what `tmpfs` names is read-only. Default false. */
  readonly readOnlyRootfs?: boolean;
  /** Processes and threads of a sandbox; 0 is no limit. Default 256. */
  readonly pidsLimit?: number;
  /** `uid`, `uid:gid` or a name. Default: the image's own. */
  readonly user?: string;
  /** Default `['ALL']`. */
  readonly droppedCapabilities?: readonly string[];
  /** Default none. */
  readonly addedCapabilities?: readonly string[];
  /** Directories in memory and their mount options. /tmp is one unless it is named here. */
  readonly tmpfs?: Readonly<Record<string, string>>;
  readonly logger?: ProviderLogger;
  readonly clock?: () => Date;
}

/** What every container of a provider is made with. */
export interface ContainerPolicy {
  readonly runtime: string;
  readonly networkMode: string;
  readonly seccompProfile: string;
  readonly readOnlyRootfs: boolean;
  readonly pidsLimit: number;
  readonly user: string;
  readonly droppedCapabilities: readonly string[];
  readonly addedCapabilities: readonly string[];
  readonly tmpfs: Readonly<Record<string, string>>;
}

const MIN_PIDS = 16;
const CAPABILITY = /^(?:ALL|(?:CAP_)?[A-Z][A-Z_]*)$/;
/** With these a program takes the host over, whatever else is dropped. */
const REFUSED_CAPABILITIES = new Set(['ALL', 'SYS_ADMIN', 'SYS_MODULE', 'SYS_RAWIO', 'DAC_READ_SEARCH']);

/** @throws ProviderError `invalid_request` for an option that cannot be used */
export function containerPolicy(options: DockerProviderOptions): ContainerPolicy {
  const policy = {
    runtime: options.runtime || 'runc',
    // The engine's own word for it; rules about networks know one name.
    networkMode: options.networkMode === 'default' ? 'bridge' : options.networkMode || 'none',
    seccompProfile: options.seccompProfile || 'default',
    readOnlyRootfs: options.readOnlyRootfs ?? false,
    pidsLimit: options.pidsLimit ?? 256,
    user: options.user ?? '',
    droppedCapabilities: options.droppedCapabilities ?? ['ALL'],
    addedCapabilities: options.addedCapabilities ?? [],
    tmpfs: options.tmpfs ?? {},
  };
  if (!Number.isSafeInteger(policy.pidsLimit) || (policy.pidsLimit !== 0 && policy.pidsLimit < MIN_PIDS)) {
    throw invalid(`pidsLimit must be a whole number from ${MIN_PIDS}, or 0 for none`);
  }
  if (policy.networkMode === 'host' || policy.networkMode.startsWith('container:')) {
    throw invalid('a sandbox cannot share the network of the host or of another container');
  }
  if (!['default', 'unconfined'].includes(policy.seccompProfile) && !isAbsolute(policy.seccompProfile)) {
    throw invalid('seccompProfile must be "default", "unconfined" or the absolute path of a profile');
  }
  for (const name of [...policy.droppedCapabilities, ...policy.addedCapabilities]) {
    if (!CAPABILITY.test(name)) throw invalid(`no capability is named ${JSON.stringify(name.slice(0, 32))}`);
  }
  for (const name of policy.addedCapabilities) {
    if (REFUSED_CAPABILITIES.has(name.replace(/^CAP_/, ''))) {
      throw invalid(`capability ${name} would give a sandbox the host`);
    }
  }
  for (const path of Object.keys(policy.tmpfs)) {
    if (!isAbsolute(path)) throw invalid('a directory of tmpfs must be an absolute path');
  }
  return policy;
}

function invalid(message: string): ProviderError {
  return new ProviderError('invalid_request', message);
}
