import {
  type ConfigError,
  type ConfigProblem,
  describeOrigin,
  type LoadedSettings,
  startProblems,
} from '@stacyvm/config';
import { type CheckGroup, type CheckNode, failure, note, success, warning } from '../check.js';
import { runsControlPlane, runsWorker, type Subject } from '../subject.js';

const ID = 'config';
const TITLE = 'configuration';

export function configurationChecks(subject: Subject): CheckGroup {
  return {
    id: ID,
    title: TITLE,
    checks: () => [loads(subject.loaded), warnings(subject.loaded), starts(subject)],
  };
}

/** The one thing to say of a configuration that does not load. */
export function brokenConfiguration(error: ConfigError): CheckGroup {
  return {
    id: ID,
    title: TITLE,
    checks: () =>
      error.problems.map((problem, index) =>
        note(
          `problem_${index + 1}`,
          problem.key,
          failure(told(problem), 'correct it; nothing starts before'),
        ),
      ),
  };
}

function loads({ configFile }: LoadedSettings): CheckNode {
  const from = configFile === undefined ? 'no file: defaults and environment' : configFile;
  return note('loads', 'loads', success(from));
}

/** Files of secrets that others can read are told by the checks of secrets. */
function warnings({ warnings: all }: LoadedSettings): CheckNode {
  const found = all.filter(({ code }) => code !== 'secret_readable_by_others');
  if (found.length === 0) return note('warnings', 'warnings', success('none'));
  return {
    id: 'warnings',
    title: 'warnings',
    checks: () =>
      found.map((problem, index) =>
        note(`warning_${index + 1}`, problem.key, warning(told(problem), 'correct or remove it')),
      ),
  };
}

function starts(subject: Subject): CheckNode {
  const problems = [
    ...(runsControlPlane(subject) ? startProblems(subject.loaded, 'control-plane') : []),
    ...(runsWorker(subject) ? startProblems(subject.loaded, 'worker') : []),
  ];
  const seen = new Map(problems.map((problem) => [`${problem.key} ${problem.message}`, problem]));
  if (seen.size === 0) return note('starts', 'the programs start with it', success('yes'));
  return {
    id: 'starts',
    title: 'the programs start with it',
    checks: () =>
      [...seen.values()].map((problem, index) =>
        note(
          `problem_${index + 1}`,
          problem.key,
          failure(told(problem), 'correct it; the program refuses to start'),
        ),
      ),
  };
}

function told({ origin, message }: ConfigProblem): string {
  return `${message} (${describeOrigin(origin)})`;
}
