import type { Settings } from '@stacyvm/config';

/** What a sandbox gets where the request has no limits, as requests of the reference control plane. */
export interface SandboxDefaults {
  readonly memoryMb: number;
  readonly vcpus: number;
}

const MIB = 1024 * 1024;
const UNIT_BYTES: Readonly<Record<string, number>> = { b: 1, k: 1024, m: MIB, g: 1024 * MIB };

/** The limits of a provider where the request has none: docker has its own, the others share `defaults`. */
export function sandboxDefaults(settings: Settings, provider: string): SandboxDefaults {
  if (provider === 'docker') {
    return {
      memoryMb: mebibytesIn(settings['providers.docker.memory']),
      vcpus: Number(settings['providers.docker.cpus']),
    };
  }
  return { memoryMb: settings['defaults.memory_mb'], vcpus: settings['defaults.vcpus'] };
}

/** @param size of the format `memory_size`, such as `512m`; begun mebibytes count as whole ones */
function mebibytesIn(size: string): number {
  const [, digits, unit = 'b'] = /^(\d+)([bkmg])?b?$/i.exec(size) ?? [];
  return Math.ceil((Number(digits) * (UNIT_BYTES[unit.toLowerCase()] ?? 1)) / MIB);
}
