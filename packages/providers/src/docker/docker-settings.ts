import type { DockerProviderOptions } from './docker-options.js';

/** The settings of a docker provider, by the keys of the configuration. */
export interface DockerSettings {
  readonly 'providers.docker.socket': string;
  readonly 'providers.docker.runtime': string;
  readonly 'providers.docker.default_image': string;
  readonly 'providers.docker.network_mode': string;
  readonly 'providers.docker.seccomp_profile': string;
  readonly 'providers.docker.read_only_rootfs': boolean;
  readonly 'providers.docker.pids_limit': number;
  readonly 'providers.docker.user': string;
  readonly 'providers.docker.dropped_caps': readonly string[];
  readonly 'providers.docker.added_caps': readonly string[];
  readonly 'providers.docker.tmpfs': Readonly<Record<string, string>>;
}

/** What the settings say about a provider; where its state is, and who is told, is for its host to add. */
export function dockerOptions(settings: DockerSettings) {
  return {
    socket: settings['providers.docker.socket'],
    runtime: settings['providers.docker.runtime'],
    defaultImage: settings['providers.docker.default_image'],
    networkMode: settings['providers.docker.network_mode'],
    seccompProfile: settings['providers.docker.seccomp_profile'],
    readOnlyRootfs: settings['providers.docker.read_only_rootfs'],
    pidsLimit: settings['providers.docker.pids_limit'],
    user: settings['providers.docker.user'],
    droppedCapabilities: settings['providers.docker.dropped_caps'],
    addedCapabilities: settings['providers.docker.added_caps'],
    tmpfs: settings['providers.docker.tmpfs'],
  } satisfies Partial<DockerProviderOptions>;
}
