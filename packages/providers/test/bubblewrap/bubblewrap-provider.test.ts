import { describeProviderConformance } from '../conformance.js';
import { bubblewrapFixture } from './provider-fixture.js';

describeProviderConformance('bubblewrap', () => bubblewrapFixture());
describeProviderConformance('bubblewrap without cgroups', () => bubblewrapFixture({ cgroups: 'off' }));
