/** A table before it is known where it will be read. Rows shorter than the head are filled with empty cells. */
export interface Table {
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly string[])[];
}

export interface Column {
  readonly title: string;
  /** Figures go to the right, so that their digits line up. */
  readonly align: 'left' | 'right';
}

export function left(title: string): Column {
  return { title, align: 'left' };
}

export function right(title: string): Column {
  return { title, align: 'right' };
}

/** GitHub's pipe table; pipes in cells are escaped. */
export function markdownTable(table: Table): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const escaped = (cell: string) => cell.replaceAll('|', '\\|');
  return [
    line(table.columns.map((column) => escaped(column.title))),
    line(table.columns.map((column) => (column.align === 'right' ? '---:' : '---'))),
    ...table.rows.map((row) => line(table.columns.map((_, i) => escaped(row[i] ?? '')))),
  ].join('\n');
}

/** Columns padded to their widest cell, two spaces between them, for a terminal. */
export function textTable(table: Table): string {
  const widths = table.columns.map((column, i) =>
    Math.max(column.title.length, ...table.rows.map((row) => (row[i] ?? '').length)),
  );
  const line = (cells: readonly string[]) =>
    table.columns
      .map((column, i) => {
        const cell = cells[i] ?? '';
        const width = widths[i] ?? 0;
        return column.align === 'right' ? cell.padStart(width) : cell.padEnd(width);
      })
      .join('  ')
      .trimEnd();
  const head = table.columns.map((column) => column.title);
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...table.rows.map(line)].join('\n');
}
