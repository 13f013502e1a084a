import type { ConfigProblemCode } from '../../errors.js';
import type { Program } from '../../settings.js';
import { startProblems } from '../../start-problems.js';
import { advice, type LintCheck, type Outcome, pass, problem } from '../rule.js';
import { shown } from '../shown.js';
import type { LintView } from '../view.js';

/** That it loads at all comes first. */
export const CONFIGURATION_CHECKS: readonly LintCheck[] = [
  {
    id: 'config',
    demands: 'The configuration loads: its syntax, its keys and its values are right.',
    level: 'failure',
    role: 'both',
    key: 'config',
    check: ({ loaded }) =>
      pass(
        loaded.configFile === undefined
          ? 'the configuration is valid; there is no file'
          : `the configuration is valid; its file is ${shown(loaded.configFile)}`,
      ),
  },
];

/** What is left of the warnings of the loader, so that none is lost. */
const HAVE_A_RULE: ReadonlySet<ConfigProblemCode> = new Set([
  'unsupported',
  'unknown_variable',
  'secret_readable_by_others',
]);

/** What the loader says without refusing, and what the programs refuse later. */
export const FURTHER_CONFIGURATION_CHECKS: readonly LintCheck[] = [
  {
    id: 'config.unsupported',
    demands: 'Nothing is configured that has no effect here.',
    level: 'advice',
    role: 'both',
    key: 'config',
    check: warned((code) => code === 'unsupported', 'remove it', 'nothing is configured that has no effect'),
  },
  {
    id: 'config.unknown_variable',
    demands: 'Every variable that begins with STACYVM_ is one of ours.',
    level: 'advice',
    role: 'both',
    key: 'config',
    check: warned(
      (code) => code === 'unknown_variable',
      'correct its name, or unset it',
      'every STACYVM_ variable is known',
    ),
  },
  {
    id: 'config.inconsistent',
    demands: 'The settings make sense, each by itself and together.',
    level: 'advice',
    role: 'both',
    key: 'config',
    check: warned(
      (code) => !HAVE_A_RULE.has(code),
      'change what it names',
      'the settings make sense together',
    ),
  },
  {
    id: 'config.start',
    demands: 'The programs start with it.',
    level: 'problem',
    role: 'both',
    key: 'config',
    check: start,
  },
];

function warned(
  isMeant: (code: ConfigProblemCode) => boolean,
  fix: string,
  right: string,
): (view: LintView) => Outcome | readonly Outcome[] {
  return ({ reads, warnings }) => {
    const found = warnings.filter(({ code, key }) => isMeant(code) && reads(key));
    return found.length === 0
      ? pass(right)
      : found.map(({ key, message, origin }) => advice(`${key}: ${message}`, fix, { key, origin }));
  };
}

function start({ loaded, role }: LintView): Outcome | readonly Outcome[] {
  const programs: readonly Program[] = role === 'all' ? ['control-plane', 'worker'] : [role];
  const found = programs.flatMap((program) => {
    const problems = startProblems(loaded, program);
    const [first] = problems;
    if (first === undefined) return [];
    const keys = [...new Set(problems.map(({ key }) => key))];
    return [
      problem(
        `the ${program.replace('-', ' ')} refuses to start: ${problems.length === 1 ? `${first.key} ${first.message}` : keys.join(', ')}`,
        'see the findings about these settings',
        { key: first.key, origin: first.origin },
      ),
    ];
  });
  return found.length > 0 ? found : pass(`${programs.join(' and ')} start with it`);
}
