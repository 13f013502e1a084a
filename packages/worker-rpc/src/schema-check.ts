import { Ajv, type ValidateFunction } from 'ajv';

export type Checked<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problem: string };

const MAX_PROBLEM_LENGTH = 200;
const ajv = new Ajv({ strict: true, allowUnionTypes: true });

/**
 * A check by a JSON schema that names the member at fault, and never its value. It is compiled when it is first used, for
 * few programs use all that they import.
 */
export function schemaCheck<T>(schema: Record<string, unknown>): (value: unknown) => Checked<T> {
  let compiled: ValidateFunction<T> | undefined;
  return (value) => {
    compiled ??= ajv.compile<T>(schema);
    const validate = compiled;
    if (validate(value)) return { ok: true, value };
    const problem = ajv.errorsText(validate.errors, { dataVar: '', separator: ', ' }).trim();
    return { ok: false, problem: problem.slice(0, MAX_PROBLEM_LENGTH) };
  };
}
