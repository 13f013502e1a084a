import { networkUnknown, ProviderError } from './errors.js';
import type { SandboxSpec } from './provider.js';

const SANDBOX_ID = /^[a-z0-9][a-z0-9-]{0,63}$/;
const MIN_MEMORY_MB = 16;
const MAX_MEMORY_MB = 16 * 1024 * 1024;
const MAX_VCPUS = 1024;

/** Sandbox ids become directory, cgroup and host names, so nothing else may pass. */
export function isSandboxId(text: string): boolean {
  return SANDBOX_ID.test(text);
}

/** A sandbox alone with its own loopback. Every provider can do that. */
export const NO_NETWORK = 'none';

/**
 * @param networks those of the provider
 * @throws ProviderError `invalid_request`, `network_unknown`
 */
export function validateSandboxSpec(spec: SandboxSpec, networks: readonly string[]): void {
  if (!isSandboxId(spec.sandboxId)) {
    throw invalid('sandbox id must be 1 to 64 of a-z, 0-9 and -, beginning with a letter or digit');
  }
  const { memoryMb, vcpus } = spec;
  if (!Number.isInteger(memoryMb) || memoryMb < MIN_MEMORY_MB || memoryMb > MAX_MEMORY_MB) {
    throw invalid(`memory must be a whole number of MiB from ${MIN_MEMORY_MB} to ${MAX_MEMORY_MB}`);
  }
  if (!(vcpus >= 0.01 && vcpus <= MAX_VCPUS)) {
    throw invalid(`vcpus must be a number from 0.01 to ${MAX_VCPUS}`);
  }
  if (spec.network !== undefined && !networks.includes(spec.network)) {
    throw networkUnknown(spec.network, networks);
  }
}

function invalid(message: string): ProviderError {
  return new ProviderError('invalid_request', message);
}
