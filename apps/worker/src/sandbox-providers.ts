import { join } from 'node:path';
import type { Settings } from '@stacyvm/config';
import type { Logger } from '@stacyvm/logging';
import {
  createBubblewrapProvider,
  createDockerProvider,
  createMockProvider,
  dockerOptions,
  type SandboxProvider,
} from '@stacyvm/providers';

/** No provider can work on this host; the message says what each of them needs. */
export class NoProviderError extends Error {
  override readonly name = 'NoProviderError';
}

/**
 * The providers that are enabled and can work here, by name, freed from what an earlier run left behind.
 *
 * @throws NoProviderError when there is none
 */
export async function openProviders(
  settings: Settings,
  logger: Logger,
): Promise<ReadonlyMap<string, SandboxProvider>> {
  const enabled: readonly SandboxProvider[] = [
    ...(settings['providers.bubblewrap.enabled']
      ? [
          createBubblewrapProvider({
            stateDir: join(settings['worker.state_dir'], 'sandboxes'),
            images: settings['providers.bubblewrap.images'],
            pidsLimit: settings['providers.bubblewrap.pids_limit'],
            logger,
          }),
        ]
      : []),
    ...(settings['providers.docker.enabled'] ? [dockerProvider(settings, logger)] : []),
    ...(settings['providers.mock.enabled'] ? [createMockProvider()] : []),
  ];
  const usable = new Map<string, SandboxProvider>();
  const reasons: string[] = [];
  for (const provider of enabled) {
    const health = await provider.check();
    if (!health.available) {
      reasons.push(`${provider.name}: ${health.reason}`);
      logger.warn('provider not available', { provider: provider.name, reason: health.reason });
      continue;
    }
    const removed = await provider.recover();
    if (removed.length > 0)
      logger.warn('removed what an earlier run left behind', { provider: provider.name, sandboxes: removed });
    logger.info('provider ready', {
      provider: provider.name,
      version: health.version,
      capabilities: provider.capabilities(),
    });
    usable.set(provider.name, provider);
  }
  if (usable.size === 0) {
    throw new NoProviderError(
      `no sandbox provider can work here\n${reasons.join('\n') || 'none is enabled'}`,
    );
  }
  return usable;
}

function dockerProvider(settings: Settings, logger: Logger): SandboxProvider {
  return createDockerProvider({
    stateDir: join(settings['worker.state_dir'], 'docker'),
    ...dockerOptions(settings),
    logger,
  });
}
