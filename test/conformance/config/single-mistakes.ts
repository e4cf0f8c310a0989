import { acceptedChanges } from './accepted-changes.js';
import { refusedShapes } from './refused-shapes.js';
import { refusedValues } from './refused-values.js';
import type { ChangeRow, SingleChange } from './single-change.js';

const change =
  (verdict: SingleChange['verdict']) =>
  ([name, find, put, told]: ChangeRow): SingleChange => ({ name, find, put, verdict, told: told ?? null });

export const singleMistakes: readonly SingleChange[] = [
  ...refusedShapes.map(change('refuse')),
  ...refusedValues.map(change('refuse')),
  ...acceptedChanges.map(change('accept')),
];
