import { expect } from 'chai';
import * as config from '../src/index.js';

describe('@stacyvm/config', () => {
  it('has these exports and no others', () => {
    expect(Object.keys(config).sort()).to.deep.equal([
      'ConfigError',
      'SETTINGS',
      'Secret',
      'changedSettings',
      'databasePassword',
      'describeFlags',
      'describeOrigin',
      'describeProblem',
      'environmentName',
      'isPlaceholder',
      'loadForStart',
      'loadSettings',
      'packageVersion',
      'parseAuditSink',
      'readCommandLine',
      'runProgram',
      'settingsReference',
      'settingsSchema',
      'showSettings',
      'startProblems',
      'starterConfig',
      'watchSettings',
      'withoutPassword',
    ]);
  });
});
