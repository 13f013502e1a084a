import { expect } from 'chai';
import * as lint from '../../src/lint/index.js';

describe('@stacyvm/config/lint', () => {
  it('exports these names and no others', () => {
    expect(Object.keys(lint).sort()).to.deep.equal([
      'LINT_RULES',
      'formatLintText',
      'lintConfigError',
      'lintReportJson',
      'lintReportSarif',
      'lintSettings',
      'statusOf',
      'unknownRules',
    ]);
  });
});
