import { describeProviderConformance } from '../conformance.js';
import { dockerFixture } from './docker-fixture.js';

describeProviderConformance('docker', () => dockerFixture());
