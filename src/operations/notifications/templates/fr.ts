import type { Texts } from './texts.js';

export const fr: Texts = {
  greeting: 'Bonjour {{name}},', greetingUnnamed: 'Bonjour,', closing: 'Bien cordialement,', itemColumn: 'Article', amountColumn: 'Montant',
  sums: { subtotal: 'Sous-total', discount: 'Remise', shipping: 'Livraison', taxAdded: 'TVA', taxIncluded: 'TVA incluse', total: 'Total' },
  mails: {
    order_placed: { subject: 'Votre commande {{number}}', heading: 'Merci pour votre commande', body: ['Nous avons bien reçu votre commande {{number}}. Nous vous écrirons dès son départ.'] },
    payment_received: { subject: 'Paiement de la commande {{number}}', heading: 'Paiement reçu', body: ['Votre paiement de {{amount}} pour la commande {{number}} nous est parvenu. Merci.'] },
    order_shipped: {
      subject: 'Votre commande {{number}} est en route', heading: 'Votre colis est en route',
      body: ['Des articles de votre commande {{number}} viennent de partir.', 'Transporteur : {{carrier}}', 'Numéro de suivi : {{tracking}}'], button: 'Suivre le colis',
    },
    order_delivered: { subject: 'Votre commande {{number}} est arrivée', heading: 'Votre commande est arrivée', body: ['Votre commande {{number}} a été livrée. Nous espérons qu’elle vous plaira.'] },
    order_cancelled: { subject: 'Votre commande {{number}} est annulée', heading: 'Votre commande est annulée', body: ['Votre commande {{number}} est annulée. Ce que vous avez payé vous sera remboursé.'] },
    order_changed: { subject: 'Votre commande {{number}} a été modifiée', heading: 'Votre commande a été modifiée', body: ['Votre commande {{number}} a été modifiée comme convenu. La voici.'] },
    payment_refunded: { subject: 'Remboursement de la commande {{number}}', heading: 'Vous êtes remboursé', body: ['Nous vous avons remboursé {{amount}} pour la commande {{number}}. Quelques jours peuvent passer avant que votre banque ne l’affiche.'] },
    payment_failed: { subject: 'Échec du paiement de la commande {{number}}', heading: 'Le paiement n’a pas abouti', body: ['Votre paiement pour la commande {{number}} a été refusé. Nous gardons la commande quelque temps : vous pouvez payer avec une autre carte.'] },
    payment_action_required: { subject: 'Confirmez le paiement de la commande {{number}}', heading: 'Encore une étape', body: ['Votre banque vous demande de confirmer le paiement de la commande {{number}}.'], button: 'Confirmer le paiement' },
    payment_requested: { subject: 'Paiement de la commande {{number}}', heading: 'Merci de régler votre commande', body: ['Il reste {{amount}} à payer pour la commande {{number}}.', 'Ce code ouvre votre commande et permet de la régler : {{secret}}'] },
    return_approved: { subject: 'Votre retour pour la commande {{number}}', heading: 'Vous pouvez nous renvoyer les articles', body: ['Votre retour pour la commande {{number}} est accepté. Renvoyez-nous les articles, nous vous rembourserons.'] },
    return_refunded: { subject: 'Remboursement de votre retour, commande {{number}}', heading: 'Votre retour est remboursé', body: ['Nous avons reçu votre retour pour la commande {{number}}.', 'Nous vous remboursons {{amount}}.', '{{credited}} ont été ajoutés à votre avoir.'] },
    backorder_filled: { subject: 'Votre commande {{number}} peut partir', heading: 'Fin de l’attente', body: ['Les articles manquants de votre commande {{number}} sont arrivés. Nous les emballons.'] },
    pickup_ready: { subject: 'Votre commande {{number}} est prête', heading: 'Votre commande vous attend', body: ['Votre commande {{number}} vous attend dans notre magasin. Présentez-y ce code :', '{{secret}}'] },
    gift_card_issued: { subject: 'Une carte cadeau pour vous', heading: 'Une carte cadeau pour vous', body: ['Vous avez reçu une carte cadeau de {{amount}}.', 'Son code : {{secret}}'] },
    order_access: { subject: 'Votre commande {{number}}', heading: 'Consulter votre commande', body: ['Quelqu’un, sans doute vous, souhaite consulter la commande {{number}}. Ce code l’ouvre pendant un jour :', '{{secret}}', 'Si ce n’était pas vous, il n’y a rien à faire.'] },
    password_reset: { subject: 'Choisissez un nouveau mot de passe', heading: 'Nouveau mot de passe', body: ['Ce code permet de choisir un nouveau mot de passe : {{secret}}', 'Si vous ne l’avez pas demandé, il n’y a rien à faire.'] },
    email_verification: { subject: 'Confirmez votre adresse e-mail', heading: 'Est-ce bien votre adresse ?', body: ['Ce code confirme votre adresse e-mail : {{secret}}'] },
  },
};
