import {
  errorOf,
  operationOf,
  partitionsOf,
  tableOf,
  undoneTables,
} from '../../src/extensions/filters/http/dynamo/dynamo-api.js';
import { parseObject } from '../../src/extensions/filters/http/dynamo/json-fields.js';
import { Dice } from './http1/mutations.js';
import { seededRandom } from './http1/random-cuts.js';

const seeds: readonly string[] = [
  '{"TableName":"t","Key":{"a":{"S":"x"}}}',
  '{"RequestItems":{"a":{"Keys":[]},"b":[]}}',
  '{"TransactItems":[{"Put":{"TableName":"t"}},{"Get":{"TableName":"u"}},{}]}',
  '{"__type":"com.amazonaws.dynamodb.v20120810#ValidationException","message":"x"}',
  '{"UnprocessedKeys":{"t":{}},"ConsumedCapacity":{"TableName":"t","Partitions":{"p1":0.5,"p2":2e999}}}',
  '[1,null,"\\ud800"]',
];
const targets: readonly string[] = [
  'DynamoDB_20120810.GetItem',
  'DynamoDB_20120810.BatchGetItem',
  'x.TransactWriteItems',
  'x..Query',
  '.',
  '',
];
const alphabet = '{}[]":,\\ tfn0.e-\0\xff';

/** Bent bodies and operations: no throw, and every number that would be counted is one. Answers how many were objects. */
export function fuzzDynamo(runs: number, seed: number): number {
  const dice = new Dice(seededRandom(seed));
  let objects = 0;
  for (let run = 0; run < runs; run++) {
    const bytes = Buffer.from(dice.pick(seeds), 'latin1');
    for (let left = dice.below(4); left > 0; left--)
      bytes[dice.below(bytes.length)] = alphabet.charCodeAt(dice.below(alphabet.length));
    const body = parseObject(bytes);
    const operation = operationOf(dice.pick(targets));
    if (body === null) continue;
    objects++;
    tableOf(operation, body);
    errorOf(body);
    undoneTables(body);
    for (const { capacity } of partitionsOf(body) ?? []) {
      if (!Number.isInteger(capacity) || capacity < 0)
        throw new Error(`${capacity} of ${bytes.toString('latin1')}`);
    }
  }
  return objects;
}
