/** Where the story of a rollback is told, for whoever asked somewhere else. */
export function followComment({ number }: { readonly number: number }): string {
  return `**On its way**: #${number} is the revert; what happens is told there.\n`;
}
