export const RETURN_STATES = ['requested', 'approved', 'rejected', 'cancelled', 'partially_received', 'received', 'inspected', 'refunded'] as const;
export type ReturnState = (typeof RETURN_STATES)[number];
export type Disposition = 'restock' | 'write_off';
export type Condition = 'ok' | 'damaged';

/** Where the money goes: back to where it came from, or to the customer's store credit. */
export const REFUND_FORMS = ['original', 'store_credit'] as const;
export type RefundForm = (typeof REFUND_FORMS)[number];

export type ReturnLine = Readonly<{ itemId: string; sku: string; quantity: number; reason: string; restocked: number; writtenOff: number; dismissed: number }>;
/** Goods that arrived together; its id makes a repeated booking the same one. */
export type Receipt = Readonly<{
  id: string; at: Date; actor: Readonly<{ type: string; id: string | null }>;
  lines: ReadonlyArray<Readonly<{ itemId: string; quantity: number; condition: Condition; disposition: Disposition; warehouseId: string | null;
    /** Of a set, the SKUs that came; all of it, where nothing is said. */
    components?: readonly string[];
  }>>;
}>;
/** Minor units. */
export type Deduction = Readonly<{ itemId: string; amount: number; reason: string; /** Of a set, the part that was kept. */ sku?: string }>;
/** Parts of sets that came after the rest; `quantity` counts the sets that they belong to. */
export type LateParts = Readonly<{
  id: string; at: Date; actor: Receipt['actor'];
  lines: ReadonlyArray<Readonly<{ itemId: string; sku: string; quantity: number; condition: Condition; disposition: Disposition; warehouseId: string }>>;
}>;
/** What went back, or pays for something else; minor units. */
export type ReturnSettlement = Readonly<{
  lines: ReadonlyArray<Readonly<{ itemId: string; quantity: number; amount: number }>>; shipping: number; fee: number; deductions: number; carried: number; refunded: number;
}>;

export type GoodsReturn = Readonly<{
  id: string; number: string; orderId: string; userId: string | null; currency: string; state: ReturnState; lines: readonly ReturnLine[]; receipts: readonly Receipt[];
  policyVersion: number; outsidePolicy: boolean; refundTo?: RefundForm; note?: string; rejection?: string; deductions: readonly Deduction[];
  /** Where it belongs to one: what is to be carried over to the goods sent instead, in minor units, is not refunded. */
  cause: Readonly<{ type: 'exchange' | 'claim'; id: string }> | null; carries: number;
  lateParts?: readonly LateParts[];
  settlement: ReturnSettlement | null; createdAt: Date; updatedAt: Date; version: number;
}>;

const NEXT: Readonly<Record<ReturnState, readonly ReturnState[]>> = {
  requested: ['approved', 'rejected', 'cancelled'], approved: ['partially_received', 'received', 'cancelled'],
  partially_received: ['received', 'inspected'], received: ['inspected'], inspected: ['refunded'], rejected: [], cancelled: [], refunded: [],
};
export const nextStates = ({ state }: Pick<GoodsReturn, 'state'>): readonly ReturnState[] => NEXT[state];
export const mayBecome = (goods: Pick<GoodsReturn, 'state'>, to: ReturnState): boolean => NEXT[goods.state].includes(to);

export const receivedOf = ({ restocked, writtenOff }: ReturnLine): number => restocked + writtenOff;
export const outstandingOf = (line: ReturnLine): number => line.quantity - receivedOf(line) - line.dismissed;
export const outstanding = ({ lines }: Pick<GoodsReturn, 'lines'>) => lines.map((line) => ({ itemId: line.itemId, quantity: outstandingOf(line) })).filter(({ quantity }) => quantity > 0);
export const received = ({ lines }: Pick<GoodsReturn, 'lines'>) => lines.map((line) => ({ itemId: line.itemId, quantity: receivedOf(line) })).filter(({ quantity }) => quantity > 0);

/** The lines after a receipt; the units of one item may stand in several lines, which are filled in their order. */
export function afterReceipt(lines: readonly ReturnLine[], arrived: Receipt['lines']): { lines: ReturnLine[]; tooMany: string[] } {
  const after = lines.map((line) => ({ ...line }));
  const tooMany: string[] = [];
  for (const { itemId, quantity, disposition } of arrived) {
    let open = quantity;
    for (const line of after.filter((one) => one.itemId === itemId)) {
      const units = Math.min(open, outstandingOf(line));
      line[disposition === 'restock' ? 'restocked' : 'writtenOff'] += units;
      open -= units;
    }
    if (open > 0) tooMany.push(itemId);
  }
  return { lines: after, tooMany };
}

/** Nothing more is expected: what has not come is given up. */
export const closed = (lines: readonly ReturnLine[]): ReturnLine[] => lines.map((line) => ({ ...line, dismissed: line.dismissed + outstandingOf(line) }));

/** Of how many sets this part was kept when the rest came back, and has not come since. */
export function keptParts({ receipts, lateParts = [] }: Pick<GoodsReturn, 'receipts' | 'lateParts'>, itemId: string, sku: string): number {
  const kept = receipts.flatMap(({ lines }) => lines).reduce((so, line) => (line.itemId === itemId && line.components?.length && !line.components.includes(sku) ? so + line.quantity : so), 0);
  return lateParts.flatMap(({ lines }) => lines).reduce((so, line) => (line.itemId === itemId && line.sku === sku ? so - line.quantity : so), kept);
}

type Units = Readonly<{ shipped: number; returnRequested: number; returned: number; writtenOff: number }>;
/** Units that are with the customer and not on their way back. */
export const returnableUnits = ({ shipped, returnRequested, returned, writtenOff }: Units): number => shipped - returnRequested - returned - writtenOff;
