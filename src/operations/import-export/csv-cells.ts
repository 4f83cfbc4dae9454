/** What a spreadsheet would take for a formula. */
const FORMULA = /^'*[=+\-@\t\r]/;
const GUARDED = /^'+[=+\-@\t\r]/;

/** Text that came from anybody must not run in the spreadsheet of whoever opens the export (CWE-1236). */
const guarded = (cell: string): string => (FORMULA.test(cell) ? `'${cell}` : cell);

/** The guard is no part of the text; on import it goes again, so that export and import are each other's inverse. */
export const unguarded = (cell: string): string => (GUARDED.test(cell) ? cell.slice(1) : cell);

export const csvLine = (cells: readonly string[]): string => `${cells.map(guarded).map(quoted).join(',')}\n`;

const quoted = (cell: string): string => (/[",\r\n]|^\s|\s$/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);
