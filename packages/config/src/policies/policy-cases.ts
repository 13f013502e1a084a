import { resolve } from 'node:path';
import { type PolicyQuestion, RESOURCE_TYPES } from '@stacyvm/policy';
import { readConfigFile } from '../config-file.js';
import { ConfigError, type ConfigProblem } from '../errors.js';
import { itemsOf, problemNotes, RecordReader } from './record-reader.js';

/** A question to the policies, and the answer that is expected. */
export interface PolicyCase {
  /** For people; type and value unless given. */
  readonly name: string;
  readonly question: PolicyQuestion;
  readonly expect: 'allow' | 'deny';
  /** The rule that must decide; undefined when any may. */
  readonly rule: string | undefined;
  /** The line of the file, from 1. */
  readonly line: number;
}

const FIELDS = ['name', ...RESOURCE_TYPES, 'tenant', 'expect', 'rule'];

/**
 * Reads a file of cases: below `cases`, items with one of image, provider and network, and with `expect`.
 *
 * @throws ConfigError `file_unreadable`, `file_too_large`, `file_invalid`, or `invalid` with every problem
 */
export function readPolicyCases(path: string): readonly PolicyCase[] {
  const absolute = resolve(path);
  const problems: ConfigProblem[] = [];
  const note = problemNotes(absolute, 'cases', problems);
  const { root, problems: found } = readConfigFile(absolute);
  problems.push(...found);
  const items = itemsOf(root, 'cases', note) ?? [];
  if (items.length === 0 && problems.length === 0) {
    note('missing', root?.position ?? { line: 1, column: 1 }, 'has no case, so that nothing would be tested');
  }
  const cases = items.map((node, index) =>
    readCase(new RecordReader(node, `case ${index + 1}`, FIELDS, note), node.position.line),
  );
  if (problems.length > 0) throw new ConfigError('invalid', problems);
  return cases;
}

function readCase(reader: RecordReader, line: number): PolicyCase {
  const asked = RESOURCE_TYPES.flatMap((type) => {
    const value = reader.optionalText(type);
    return value === undefined ? [] : [{ type, value }];
  });
  const tenant = reader.optionalText('tenant');
  const name = reader.optionalText('name');
  const expect = reader.oneOf('expect', ['allow', 'deny']);
  const rule = reader.optionalText('rule');
  const [first = { type: 'image', value: '' } as const] = asked;
  if (asked.length !== 1)
    reader.refuse('image', 'or provider or network is asked about: exactly one of them');
  if (tenant === '')
    reader.refuse('tenant', 'must not be empty; leave it out for a request without a tenant');
  return {
    name: name ?? `${first.type} ${first.value}`,
    question: { tenantId: tenant ?? null, ...first },
    expect,
    rule,
    line,
  };
}
