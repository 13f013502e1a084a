import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect } from 'chai';
import { openApiDocument } from '../src/index.js';

interface Example {
  readonly name: string;
  readonly schema: string;
  readonly value: unknown;
}

/** Every example of the contract and the place of its schema. */
function examples(): readonly Example[] {
  const found: Example[] = [];
  const visit = (node: unknown, pointer: string): void => {
    if (typeof node !== 'object' || node === null) return;
    const { schema, examples: named } = node as { schema?: unknown; examples?: Record<string, unknown> };
    if (schema !== undefined && named !== undefined && !Array.isArray(named)) {
      for (const [name, example] of Object.entries(named)) {
        found.push({ name: `${pointer} ${name}`, schema: `${pointer}/schema`, value: exampleValue(example) });
      }
    }
    for (const [key, child] of Object.entries(node)) {
      visit(child, `${pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`);
    }
  };
  visit(openApiDocument, '');
  return found;
}

function exampleValue(example: unknown): unknown {
  const { $ref, value } = example as { $ref?: string; value?: unknown };
  if ($ref === undefined) return value;
  const target = $ref
    .slice(2)
    .split('/')
    .reduce<unknown>((node, key) => (node as Record<string, unknown>)[key], openApiDocument);
  return (target as { value: unknown }).value;
}

describe('the examples of the contract', () => {
  const ajv = new Ajv2020({
    strict: false,
    allErrors: true,
    formats: { 'date-time': (text: string) => !Number.isNaN(Date.parse(text)) },
  });
  ajv.addSchema(openApiDocument as object, 'contract');

  it('are many', () => {
    expect(examples().length).to.be.greaterThan(25);
  });

  for (const { name, schema, value } of examples()) {
    it(`hold: ${name}`, () => {
      const validate = ajv.compile({ $ref: `contract#${encodeURI(schema)}` });
      expect(validate(value), JSON.stringify(validate.errors)).to.equal(true);
    });
  }
});
