import { describeProviderConformance } from '../conformance.js';
import { describeFilesConformance } from '../files-conformance.js';
import { describeFilesInside } from '../files-inside.js';
import { bubblewrapFixture } from './provider-fixture.js';

describeProviderConformance('bubblewrap', () => bubblewrapFixture());
describeProviderConformance('bubblewrap without cgroups', () => bubblewrapFixture({ cgroups: 'off' }));

describeFilesConformance('bubblewrap', () => bubblewrapFixture());
describeFilesInside('bubblewrap', () => bubblewrapFixture());
describeFilesInside('bubblewrap without cgroups', () => bubblewrapFixture({ cgroups: 'off' }));
