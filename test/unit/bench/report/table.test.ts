import { equal } from 'node:assert/strict';
import { test } from 'node:test';
import { left, markdownTable, right, textTable } from '../../../../bench/report/table.js';

const table = {
  columns: [left('proxy'), right('µs')],
  rows: [['envoy', '28.1'], ['a|b', '7'], ['short']],
};

test('a Markdown table aligns figures to the right and escapes pipes', () => {
  equal(
    markdownTable(table),
    ['| proxy | µs |', '| --- | ---: |', '| envoy | 28.1 |', '| a\\|b | 7 |', '| short |  |'].join('\n'),
  );
});

test('a text table pads every column to its widest cell', () => {
  equal(textTable(table), ['proxy    µs', '-----  ----', 'envoy  28.1', 'a|b       7', 'short'].join('\n'));
});
