import { listOperations, openApiDocument } from '@stacyvm/api';
import { Ajv2020 } from 'ajv/dist/2020.js';

const CONTRACT = 'contract';
const DATE_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;

/** One for all control planes of the run: the contract is read once, and an answer's schema compiled once. */
const ajv = new Ajv2020({ strict: false, formats: { 'date-time': DATE_TIME, binary: true } });
const contract = openApiDocument as {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Answers>>>>;
};
ajv.addSchema(contract, CONTRACT);

const operations = new Map(listOperations().map((operation) => [operation.id as string, operation]));

interface Answers {
  readonly responses?: Readonly<Record<string, { readonly $ref?: string }>>;
}

/** @throws Error for an answer that the contract does not have */
export function checkAgainstContract(operationId: string | undefined, status: number, body: unknown): void {
  const operation = operations.get(operationId ?? '');
  // 405 is about a method that the path does not have.
  if (operation === undefined || status === 405) return;
  const { path, method, id } = operation;
  const { responses = {} } = contract.paths[path]![method]!;
  const key = [String(status), 'default'].find((name) => Object.hasOwn(responses, name));
  if (key === undefined) throw new Error(`the contract has no answer ${status} of ${id}`);
  const answer = responses[key]?.$ref ?? pointer('paths', path, method, 'responses', key);
  const schema = `${answer}/content/${segment('application/json')}/schema`;
  const validate = ajv.getSchema(`${CONTRACT}${schema}`);
  if (validate === undefined) throw new Error(`the contract has no JSON in answer ${status} of ${id}`);
  if (!validate(JSON.parse(JSON.stringify(body)))) {
    throw new Error(`answer ${status} of ${id} is outside the contract: ${ajv.errorsText(validate.errors)}`);
  }
}

function pointer(...names: readonly string[]): string {
  return `#/${names.map(segment).join('/')}`;
}

/** RFC 6901 sections 3 and 6. */
function segment(name: string): string {
  return encodeURIComponent(name.replaceAll('~', '~0').replaceAll('/', '~1'));
}
