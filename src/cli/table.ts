const GAP = '  ';

/** Text as a terminal shows it: a name out of a file must not move the cursor. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, ' ');
}

/**
 * Rows in columns, the headings above them.
 * @param headings one that ends in `>` has its column set to the right
 */
export function table(
  headings: readonly string[],
  rows: readonly (readonly (string | number)[])[],
): string[] {
  const names = headings.map((heading) => heading.replace(/>$/, ''));
  const cells = [names, ...rows].map((row) => row.map((cell) => printable(String(cell))));
  const widths = names.map((_, column) =>
    cells.reduce((widest, row) => Math.max(widest, row[column]!.length), 0),
  );
  const placed = (text: string, column: number) =>
    headings[column]!.endsWith('>') ? text.padStart(widths[column]!) : text.padEnd(widths[column]!);
  return cells.map((row) => `  ${row.map(placed).join(GAP)}`.trimEnd());
}

/** "1 member", "1,234 members". */
export function counted(count: number, noun: string): string {
  return `${count.toLocaleString('en-GB')} ${noun}${count === 1 ? '' : 's'}`;
}
