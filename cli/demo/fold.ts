/** Text folded at blanks into rows of at most `columns`, each but the first behind `indent` blanks. A longer word keeps a row of its own. */
export function fold(text: string, columns: number, indent: number): string {
  const rows: string[] = [];
  let row = '';
  for (const [i, word] of text.split(' ').entries()) {
    const isFull = row.trim() !== '' && row.length + 1 + word.length > columns;
    if (isFull) rows.push(row);
    row = i === 0 ? word : isFull ? `${' '.repeat(indent)}${word}` : `${row} ${word}`;
  }
  return [...rows, row].join('\n');
}
