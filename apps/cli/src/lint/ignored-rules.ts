import { CommandFailure } from '../failure.js';

/**
 * Reads `id=reason`. What is accepted without a reason is accepted by nobody.
 *
 * @throws CommandFailure 2 without a reason, for an id that is given twice, and for `config`
 */
export function ignoredRules(texts: readonly string[]): ReadonlyMap<string, string> {
  const reasons = new Map<string, string>();
  for (const text of texts) {
    const separator = text.indexOf('=');
    const id = separator < 0 ? text : text.slice(0, separator);
    const reason = separator < 0 ? '' : text.slice(separator + 1).trim();
    if (reason === '') throw new CommandFailure(`--ignore ${id} needs a reason: --ignore '${id}=why'`, 2);
    if (id === 'config') throw new CommandFailure('that the configuration loads cannot be ignored', 2);
    if (reasons.has(id)) throw new CommandFailure(`--ignore ${id} is given more than once`, 2);
    reasons.set(id, reason);
  }
  return reasons;
}
