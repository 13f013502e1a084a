import { expect } from 'chai';
import * as orchestrator from '../src/index.js';

describe('@stacyvm/orchestrator', () => {
  it('exports what it promises and nothing else', () => {
    expect(Object.keys(orchestrator).sort()).to.deep.equal([
      'MAX_POLICY_AGE_MS',
      'OrchestratorError',
      'STALE_AFTER_MS',
      'allWorkers',
      'createClockGuard',
      'createOrchestrator',
      'isStale',
      'labelsOf',
      'positiveDuration',
      'rankWorkers',
      'startBackgroundWork',
    ]);
  });
});
