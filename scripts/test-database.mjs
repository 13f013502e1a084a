// Stops the Postgres that the suites share, whichever of them started it.
import { stopTestCluster } from '@stacyvm/store/testing';

export async function mochaGlobalTeardown() {
  await stopTestCluster();
}
