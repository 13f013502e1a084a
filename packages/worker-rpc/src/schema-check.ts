import { Ajv } from 'ajv';

export type Checked<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problem: string };

const MAX_PROBLEM_LENGTH = 200;
const ajv = new Ajv({ strict: true, allowUnionTypes: true });

/** Compiles a JSON schema to a check that names the member at fault, and never its value. */
export function schemaCheck<T>(schema: Record<string, unknown>): (value: unknown) => Checked<T> {
  const validate = ajv.compile<T>(schema);
  return (value) => {
    if (validate(value)) return { ok: true, value };
    const problem = ajv.errorsText(validate.errors, { dataVar: '', separator: ', ' }).trim();
    return { ok: false, problem: problem.slice(0, MAX_PROBLEM_LENGTH) };
  };
}
