import type { Texts } from './texts.js';

export const de: Texts = {
  greeting: 'Guten Tag {{name}},', greetingUnnamed: 'Guten Tag,', closing: 'Mit freundlichen Grüßen', itemColumn: 'Artikel', amountColumn: 'Betrag',
  sums: { subtotal: 'Zwischensumme', discount: 'Rabatt', shipping: 'Versand', taxAdded: 'Steuer', taxIncluded: 'enthaltene Steuer', total: 'Gesamtbetrag' },
  mails: {
    order_placed: { subject: 'Ihre Bestellung {{number}}', heading: 'Vielen Dank für Ihre Bestellung', body: ['Ihre Bestellung {{number}} ist bei uns eingegangen. Wir melden uns, sobald sie unterwegs ist.'] },
    payment_received: { subject: 'Zahlung zur Bestellung {{number}}', heading: 'Ihre Zahlung ist da', body: ['Ihre Zahlung über {{amount}} zur Bestellung {{number}} ist eingegangen. Vielen Dank.'] },
    order_shipped: {
      subject: 'Ihre Bestellung {{number}} ist unterwegs', heading: 'Ihr Paket ist unterwegs',
      body: ['Waren Ihrer Bestellung {{number}} haben soeben unser Haus verlassen.', 'Zusteller: {{carrier}}', 'Sendungsnummer: {{tracking}}'], button: 'Sendung verfolgen',
    },
    order_delivered: { subject: 'Ihre Bestellung {{number}} ist angekommen', heading: 'Ihre Bestellung ist angekommen', body: ['Ihre Bestellung {{number}} wurde zugestellt. Wir wünschen viel Freude damit.'] },
    order_cancelled: { subject: 'Ihre Bestellung {{number}} wurde storniert', heading: 'Ihre Bestellung wurde storniert', body: ['Ihre Bestellung {{number}} wurde storniert. Bereits Bezahltes erhalten Sie zurück.'] },
    order_changed: { subject: 'Ihre Bestellung {{number}} wurde geändert', heading: 'Ihre Bestellung wurde geändert', body: ['Ihre Bestellung {{number}} wurde wie besprochen geändert. So sieht sie jetzt aus.'] },
    payment_refunded: { subject: 'Erstattung zur Bestellung {{number}}', heading: 'Ihr Geld ist unterwegs', body: ['Wir haben Ihnen {{amount}} zur Bestellung {{number}} erstattet. Bis Ihre Bank es anzeigt, können einige Tage vergehen.'] },
    payment_failed: { subject: 'Zahlung zur Bestellung {{number}} fehlgeschlagen', heading: 'Die Zahlung hat nicht geklappt', body: ['Ihre Zahlung zur Bestellung {{number}} wurde abgelehnt. Wir halten die Bestellung noch eine Weile zurück: Sie können mit einer anderen Karte zahlen.'] },
    payment_action_required: { subject: 'Bitte bestätigen Sie die Zahlung zur Bestellung {{number}}', heading: 'Noch ein Schritt', body: ['Ihre Bank bittet Sie, die Zahlung zur Bestellung {{number}} zu bestätigen.'], button: 'Zahlung bestätigen' },
    payment_requested: { subject: 'Zahlung zur Bestellung {{number}}', heading: 'Bitte bezahlen Sie Ihre Bestellung', body: ['Zur Bestellung {{number}} sind noch {{amount}} offen.', 'Mit diesem Code öffnen und bezahlen Sie Ihre Bestellung: {{secret}}'] },
    return_approved: { subject: 'Ihre Rücksendung zur Bestellung {{number}}', heading: 'Sie können die Ware zurücksenden', body: ['Ihre Rücksendung zur Bestellung {{number}} ist genehmigt. Schicken Sie uns die Ware, wir erstatten sie.'] },
    return_refunded: { subject: 'Erstattung Ihrer Rücksendung zur Bestellung {{number}}', heading: 'Ihre Rücksendung wurde erstattet', body: ['Ihre Rücksendung zur Bestellung {{number}} ist angekommen.', 'Wir erstatten {{amount}}.', '{{credited}} haben wir Ihrem Guthaben gutgeschrieben.'] },
    backorder_filled: { subject: 'Ihre Bestellung {{number}} kann jetzt verschickt werden', heading: 'Das Warten hat ein Ende', body: ['Bisher fehlende Waren Ihrer Bestellung {{number}} sind eingetroffen. Wir packen sie gerade.'] },
    pickup_ready: { subject: 'Ihre Bestellung {{number}} liegt bereit', heading: 'Ihre Bestellung liegt bereit', body: ['Ihre Bestellung {{number}} wartet in unserem Laden auf Sie. Zeigen Sie dort diesen Code:', '{{secret}}'] },
    gift_card_issued: { subject: 'Ein Gutschein für Sie', heading: 'Ein Gutschein für Sie', body: ['Sie haben einen Gutschein über {{amount}} bekommen.', 'Der Code: {{secret}}'] },
    order_access: { subject: 'Ihre Bestellung {{number}}', heading: 'Ihre Bestellung ansehen', body: ['Jemand, vermutlich Sie selbst, möchte die Bestellung {{number}} ansehen. Dieser Code öffnet sie einen Tag lang:', '{{secret}}', 'Waren Sie es nicht, müssen Sie nichts tun.'] },
    password_reset: { subject: 'Neues Passwort wählen', heading: 'Neues Passwort wählen', body: ['Mit diesem Code wählen Sie ein neues Passwort: {{secret}}', 'Haben Sie ihn nicht angefordert, müssen Sie nichts tun.'] },
    email_verification: { subject: 'Bitte bestätigen Sie Ihre E-Mail-Adresse', heading: 'Ist das Ihre Adresse?', body: ['Dieser Code bestätigt Ihre E-Mail-Adresse: {{secret}}'] },
  },
};
