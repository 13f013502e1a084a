import { describeProviderConformance } from '../conformance.js';
import { describeFilesConformance } from '../files-conformance.js';
import { describeFilesInside } from '../files-inside.js';
import { beforeWithEngine } from './docker-engine.js';
import { dockerFixture } from './docker-fixture.js';

describe('docker', () => {
  beforeWithEngine();

  describeProviderConformance('docker', () => dockerFixture());
  describeFilesConformance('docker', () => dockerFixture());
  describeFilesInside('docker', () => dockerFixture());
});
