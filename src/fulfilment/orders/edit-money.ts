/** Money asked for so far against what an edit makes of it: what is still to be paid, or goes back. */
export function settleDifference(outstanding: number, difference: number): { outstanding: number; refund: number } {
  const open = outstanding + difference;
  return { outstanding: Math.max(0, open), refund: Math.max(0, -open) };
}
