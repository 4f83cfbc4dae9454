export const TRANSFER_STATES = ['draft', 'in_transit', 'partially_received', 'received', 'closed', 'cancelled'] as const;
export type TransferState = (typeof TRANSFER_STATES)[number];
export type TransferLine = Readonly<{ sku: string; quantity: number; received: number }>;
/** Units on the road belong to no warehouse, so that nobody can sell them. */
export type Transfer = Readonly<{
  id: string; fromWarehouseId: string; toWarehouseId: string; state: TransferState; lines: readonly TransferLine[]; reason?: string;
  createdAt: Date; shippedAt: Date | null; closedAt: Date | null; version: number;
}>;

const NEXT: Readonly<Record<TransferState, readonly TransferState[]>> = {
  draft: ['in_transit', 'cancelled'], in_transit: ['partially_received', 'received', 'closed'], partially_received: ['partially_received', 'received', 'closed'],
  received: [], closed: [], cancelled: [],
};
export const nextStates = ({ state }: Pick<Transfer, 'state'>): readonly TransferState[] => NEXT[state];

type Arriving = ReadonlyArray<{ sku: string; quantity: number }>;
const unitsOf = (lines: Arriving, sku: string): number => lines.reduce((so, line) => (line.sku === sku ? so + line.quantity : so), 0);

/** What arrives beyond what is on the road. */
export function excessOf({ lines }: Transfer, arriving: Arriving): Array<{ sku: string; inTransit: number; arriving: number }> {
  return [...new Set(arriving.map(({ sku }) => sku))].map((sku) => {
    const line = lines.find((one) => one.sku === sku);
    return { sku, inTransit: line ? line.quantity - line.received : 0, arriving: unitsOf(arriving, sku) };
  }).filter((one) => one.arriving > one.inTransit);
}

export function withArrived({ lines }: Transfer, arriving: Arriving): Pick<Transfer, 'lines' | 'state'> {
  const after = lines.map((line) => ({ ...line, received: line.received + unitsOf(arriving, line.sku) }));
  return { lines: after, state: after.every(({ quantity, received }) => received === quantity) ? 'received' : 'partially_received' };
}
