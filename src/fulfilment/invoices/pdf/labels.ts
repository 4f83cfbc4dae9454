/** What stands on a document besides its figures. */
export type Labels = Readonly<Record<
  | 'invoice' | 'creditNote' | 'number' | 'date' | 'order' | 'billTo' | 'shipTo' | 'description' | 'quantity' | 'unitPrice' | 'tax' | 'amount' | 'net' | 'total' | 'goodwill'
  | 'corrects' | 'follows' | 'reason' | 'page' | 'of' | 'vatId' | 'discount' | 'netPrices' | 'grossPrices' | 'reverseCharge', string>>;

const EN: Labels = {
  invoice: 'Invoice', creditNote: 'Credit note', number: 'Number', date: 'Date', order: 'Order', billTo: 'Bill to', shipTo: 'Ship to', description: 'Description', quantity: 'Qty',
  unitPrice: 'Unit price', tax: 'Tax', amount: 'Amount', net: 'Net', total: 'Total', goodwill: 'Goodwill', corrects: 'Corrects invoice', follows: 'Follows invoice', reason: 'Reason',
  page: 'Page', of: 'of', vatId: 'VAT ID', discount: 'Discount', netPrices: 'Prices are without tax.', grossPrices: 'Prices include tax.', reverseCharge: 'Reverse charge: the tax is owed by the recipient.',
};
const DE: Labels = {
  invoice: 'Rechnung', creditNote: 'Gutschrift', number: 'Nummer', date: 'Datum', order: 'Bestellung', billTo: 'Rechnung an', shipTo: 'Lieferung an', description: 'Bezeichnung', quantity: 'Menge',
  unitPrice: 'Einzelpreis', tax: 'Steuer', amount: 'Betrag', net: 'Netto', total: 'Gesamtbetrag', goodwill: 'Kulanz', corrects: 'Berichtigt Rechnung', follows: 'Ergänzt Rechnung', reason: 'Grund',
  page: 'Seite', of: 'von', vatId: 'USt-IdNr.', discount: 'Rabatt', netPrices: 'Alle Preise ohne Steuer.', grossPrices: 'Alle Preise enthalten die Steuer.', reverseCharge: 'Steuerschuldnerschaft des Leistungsempfängers.',
};
const FR: Labels = {
  invoice: 'Facture', creditNote: 'Avoir', number: 'Numéro', date: 'Date', order: 'Commande', billTo: 'Adresse de facturation', shipTo: 'Adresse de livraison', description: 'Désignation', quantity: 'Qté',
  unitPrice: 'Prix unitaire', tax: 'TVA', amount: 'Montant', net: 'Total HT', total: 'Total TTC', goodwill: 'Geste commercial', corrects: 'Rectifie la facture', follows: 'Complète la facture', reason: 'Motif',
  page: 'Page', of: 'sur', vatId: 'N° TVA', discount: 'Remise', netPrices: 'Prix hors taxes.', grossPrices: 'Prix toutes taxes comprises.', reverseCharge: 'Autoliquidation : la taxe est due par le preneur.',
};

const LANGUAGES: Readonly<Record<string, Labels>> = { en: EN, de: DE, fr: FR };
export const labelsFor = (locale: string): Labels => LANGUAGES[locale.slice(0, 2).toLowerCase()] ?? EN;
