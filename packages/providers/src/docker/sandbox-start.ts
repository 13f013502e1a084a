import { randomBytes } from 'node:crypto';
import { holdsWithin } from '../deadline.js';
import { ProviderError } from '../errors.js';
import type { SandboxSpec } from '../provider.js';
import { containerSettings, IMAGE_LABEL, SANDBOX_LABEL, workspaceIsInMemory } from './container-settings.js';
import type { ContainerPolicy } from './docker-options.js';
import { DockerSandbox } from './docker-sandbox.js';
import { type Engine, engineError } from './engine.js';
import { workspaceArchive } from './workspace-owner.js';

const REMOVE_TIMEOUT_MS = 15_000;

export interface StartPlan {
  readonly spec: SandboxSpec;
  readonly imageId: string;
  /** Of the provider; the sandbox's own comes in addition. */
  readonly labels: Readonly<Record<string, string>>;
  readonly processors: number;
  readonly policy: ContainerPolicy;
  onSandboxKilled(): void;
}

/**
 * Makes and starts a sandbox's container; nothing of it is left when that fails.
 *
 * @throws ProviderError `spawn_failed`, `cancelled`
 */
export async function startSandbox(
  engine: Engine,
  plan: StartPlan,
  signal: AbortSignal | undefined,
): Promise<DockerSandbox> {
  const { spec, policy } = plan;
  // Names are one space for all of the engine's users, and an earlier container of this sandbox may still be on its way out.
  const name = `stacyvm-${spec.sandboxId}-${randomBytes(6).toString('hex')}`;
  let containerId: string | undefined;
  const requireWanted = () => {
    if (signal?.aborted) throw new ProviderError('cancelled', 'the spawn was cancelled');
  };
  try {
    const user = policy.user || (await engine.imageUser(plan.imageId));
    const labels = { ...plan.labels, [SANDBOX_LABEL]: spec.sandboxId, [IMAGE_LABEL]: spec.image };
    const settings = await containerSettings({ ...plan, ...spec, name, labels, user });
    requireWanted();
    if (!workspaceIsInMemory(policy)) {
      await engine.createVolume(name, labels);
      await giveWorkspace(engine, { name, labels, imageId: plan.imageId, user });
    }
    requireWanted();
    containerId = await engine.createContainer(settings);
    const keeper = await engine.attach(containerId);
    const sandbox = new DockerSandbox({
      sandboxId: spec.sandboxId,
      engine,
      containerId,
      name,
      keeper,
      onSandboxKilled: plan.onSandboxKilled,
    });
    try {
      await engine.startContainer(containerId);
      requireWanted();
      return sandbox;
    } catch (error) {
      sandbox.close();
      throw error;
    }
  } catch (error) {
    await removeSandbox(engine, { containerId, name }).catch(() => {});
    throw engineError('spawn_failed', 'the container could not be started', error);
  }
}

/** @throws ProviderError `destroy_failed`; may be called again */
export async function removeSandbox(
  engine: Engine,
  { containerId, name }: { readonly containerId: string | undefined; readonly name: string },
): Promise<void> {
  try {
    const gone = await holdsWithin(
      REMOVE_TIMEOUT_MS,
      async () => containerId === undefined || (await engine.removeContainer(containerId)),
    );
    if (!gone)
      throw new ProviderError('destroy_failed', 'the engine does not end the removal of the container');
    await engine.removeVolume(name);
  } catch (error) {
    throw engineError('destroy_failed', 'the container could not be removed', error);
  }
}

/** A container that never runs, because an archive cannot be put into one whose root is read-only. */
async function giveWorkspace(
  engine: Engine,
  {
    name,
    labels,
    imageId,
    user,
  }: { name: string; labels: Readonly<Record<string, string>>; imageId: string; user: string },
): Promise<void> {
  const archive = workspaceArchive(user);
  if (archive === undefined) return;
  const containerId = await engine.createContainer({
    name: `${name}-workspace`,
    Image: imageId,
    Entrypoint: ['/bin/sh'],
    Labels: { ...labels },
    HostConfig: {
      NetworkMode: 'none',
      Mounts: [{ Type: 'volume', Source: name, Target: '/workspace' }],
    },
  });
  try {
    await engine.extract(containerId, archive);
  } finally {
    await engine.removeContainer(containerId);
  }
}
