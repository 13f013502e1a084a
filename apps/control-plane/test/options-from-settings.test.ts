import { expect } from 'chai';
import { orchestratorLimits } from '../src/options-from-settings.js';
import { settingsFor } from './control-plane-fixture.js';

describe('orchestratorLimits', () => {
  it('has no limit and no queue unless told', () => {
    expect(orchestratorLimits(settingsFor({}))).to.include({
      maxSandboxes: 0,
      maxSandboxesPerOwner: 0,
      spawnQueue: undefined,
    });
  });

  it('has the limits and the queue of the settings', () => {
    const settings = settingsFor({
      'defaults.max_sandboxes': 40,
      'defaults.max_sandboxes_per_owner': 4,
      'defaults.spawn_overflow': 'queue',
      'defaults.spawn_queue_timeout': '1m30s',
      'defaults.max_spawn_queue': 25,
    });
    expect(orchestratorLimits(settings)).to.deep.include({
      maxSandboxes: 40,
      maxSandboxesPerOwner: 4,
      spawnQueue: { maxWaiting: 25, timeoutMs: 90_000 },
    });
  });
});
