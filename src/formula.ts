/**
 * Signs with which a spreadsheet takes a cell for a formula: as keyboards have them, as East Asian
 * ones write them wide or small, and what programs make of them when they tidy text.
 */
const SIGNS =
  '=+\\-@\\uff1d\\uff0b\\uff0d\\uff20\\ufe66\\ufe62\\ufe63\\ufe6b' +
  '\\u207a-\\u207c\\u208a-\\u208c\\u2212\\ufb29';

/** Such a sign, also behind what nobody sees; or a control character, as a tab or a line end. */
const FORMULA = new RegExp(`^(?:\\p{Cc}|[\\s\\p{Cf}]*[${SIGNS}])`, 'u');

const QUOTE = "'";

/** Whether a spreadsheet may take a cell for a formula, and run it. */
export function isFormula(cell: string): boolean {
  return FORMULA.test(cell);
}

/** A cell as it is written: behind a quote where it would be taken for a formula. */
export function formulaEscaped(cell: string): string {
  return isFormula(cell) ? `${QUOTE}${cell}` : cell;
}

/** The cell that was escaped, so that what was written here is read as it was. */
export function formulaUnescaped(cell: string): string {
  return cell.startsWith(QUOTE) && isFormula(cell.slice(1)) ? cell.slice(1) : cell;
}
