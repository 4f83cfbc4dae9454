import { Schema, type Connection } from 'mongoose';
import type { WalletMethod } from './wallet.js';

/** One document per user, bounded: adding, removing and the one default are each one versioned write. */
export type WalletRow = { _id: string; methods: WalletMethod[]; version: number };

const methodSchema = new Schema<WalletMethod>({
  id: { type: String, required: true }, provider: { type: String, required: true }, providerCustomer: { type: String, required: true }, methodReference: { type: String, required: true },
  brand: { type: String, required: true }, last4: { type: String, required: true }, expiryMonth: { type: Number, required: true }, expiryYear: { type: Number, required: true },
  default: { type: Boolean, required: true }, createdAt: { type: Date, required: true },
}, { _id: false, id: false });
const walletSchema = new Schema<WalletRow>({ _id: String, methods: [methodSchema], version: { type: Number, required: true } }, { versionKey: false });

export const walletModel = (connection: Connection) => connection.model('PaymentWallet', walletSchema, 'payment_wallets');
