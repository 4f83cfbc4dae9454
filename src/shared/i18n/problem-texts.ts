/** A problem's sentence by its code, a field's by `field:` and its code. `{name}` is a fact of the problem, of a field its label or its limit. */
type Texts = Readonly<Record<string, string>>;

const de: Texts = {
  invalid_request: 'Diese Anfrage ist ungültig; errors nennt jedes falsche Feld.', malformed_request: 'Diese Anfrage ist nicht lesbar: Ihre Adresse oder ihr JSON ist fehlerhaft.',
  body_too_large: 'Der Inhalt dieser Anfrage ist zu groß.', internal_error: 'Bei uns ist etwas schiefgegangen.', database_unavailable: 'Die Datenbank ist kurz nicht erreichbar. Versuchen Sie es gleich noch einmal, mit demselben Idempotency-Key, falls Sie einen gesendet haben.',
  too_many_requests: 'Zu viele Anfragen. Versuchen Sie es in {retryAfterSeconds} s noch einmal.', authentication_required: 'Melden Sie sich zuerst an.', invalid_credentials: 'E-Mail-Adresse oder Passwort ist falsch.',
  missing_permission: 'Dieses Konto darf das nicht: Ihm fehlt {permission}.', missing_scope: 'Dieser Schlüssel darf das nicht: Ihm fehlt {scope}.', stale_version: 'Das wurde geändert, seit Sie es gelesen haben. Lesen Sie es neu und wiederholen Sie Ihre Änderung.',
  email_taken: 'Zu dieser E-Mail-Adresse gibt es schon ein Konto.', product_not_found: 'Dieses Produkt gibt es nicht.', category_not_found: 'Diese Kategorie gibt es nicht.', variant_not_found: 'Diese Variante gibt es nicht.',
  cart_not_found: 'Diesen Warenkorb gibt es nicht.', line_item_not_found: 'Diese Position ist nicht im Warenkorb.', order_not_found: 'Diese Bestellung gibt es nicht.', coupon_not_found: 'Diesen Gutschein gibt es nicht.',
  insufficient_stock: 'Davon ist nicht genug vorrätig.', cart_changed: 'Der Warenkorb kostet jetzt etwas anderes. Prüfen Sie ihn und bestellen Sie noch einmal.', idempotency_key_required: 'Senden Sie einen Idempotency-Key, damit nichts doppelt geschieht.',
  'field:any_required': '„{label}“ fehlt', 'field:string_empty': '„{label}“ darf nicht leer sein', 'field:string_email': '„{label}“ muss eine E-Mail-Adresse sein', 'field:string_base': '„{label}“ muss Text sein',
  'field:string_min': '„{label}“ muss mindestens {limit} Zeichen haben', 'field:string_max': '„{label}“ darf höchstens {limit} Zeichen haben', 'field:number_base': '„{label}“ muss eine Zahl sein', 'field:number_integer': '„{label}“ muss eine ganze Zahl sein',
  'field:number_min': '„{label}“ muss mindestens {limit} sein', 'field:number_max': '„{label}“ darf höchstens {limit} sein', 'field:object_unknown': '„{label}“ ist nicht erlaubt', 'field:boolean_base': '„{label}“ muss wahr oder falsch sein',
  'field:array_base': '„{label}“ muss eine Liste sein', 'field:object_base': '„{label}“ muss ein Objekt sein', 'field:string_pattern_name': '„{label}“ hat nicht die richtige Form',
};

const fr: Texts = {
  invalid_request: 'Cette requête n’est pas valide ; errors nomme chaque champ erroné.', malformed_request: 'Cette requête est illisible : son adresse ou son JSON est mal formé.',
  body_too_large: 'Le corps de cette requête est trop grand.', internal_error: 'Une erreur s’est produite de notre côté.', database_unavailable: 'La base de données est brièvement indisponible. Réessayez dans un instant, avec le même Idempotency-Key si vous en aviez envoyé un.',
  too_many_requests: 'Trop de requêtes. Réessayez dans {retryAfterSeconds} s.', authentication_required: 'Connectez-vous d’abord.', invalid_credentials: 'L’adresse e-mail ou le mot de passe est incorrect.',
  missing_permission: 'Ce compte n’en a pas le droit : il lui manque {permission}.', missing_scope: 'Cette clé n’en a pas le droit : il lui manque {scope}.', stale_version: 'Ceci a changé depuis votre lecture. Relisez et refaites votre modification.',
  email_taken: 'Un compte existe déjà pour cette adresse e-mail.', product_not_found: 'Ce produit n’existe pas.', category_not_found: 'Cette catégorie n’existe pas.', variant_not_found: 'Cette variante n’existe pas.',
  cart_not_found: 'Ce panier n’existe pas.', line_item_not_found: 'Cet article n’est pas dans le panier.', order_not_found: 'Cette commande n’existe pas.', coupon_not_found: 'Ce bon de réduction n’existe pas.',
  insufficient_stock: 'Le stock ne suffit pas.', cart_changed: 'Le prix du panier a changé. Vérifiez-le et commandez de nouveau.', idempotency_key_required: 'Envoyez un Idempotency-Key, afin que rien ne se fasse deux fois.',
  'field:any_required': '« {label} » est obligatoire', 'field:string_empty': '« {label} » ne doit pas être vide', 'field:string_email': '« {label} » doit être une adresse e-mail', 'field:string_base': '« {label} » doit être du texte',
  'field:string_min': '« {label} » doit avoir au moins {limit} caractères', 'field:string_max': '« {label} » doit avoir au plus {limit} caractères', 'field:number_base': '« {label} » doit être un nombre', 'field:number_integer': '« {label} » doit être un nombre entier',
  'field:number_min': '« {label} » doit être au moins {limit}', 'field:number_max': '« {label} » doit être au plus {limit}', 'field:object_unknown': '« {label} » n’est pas permis', 'field:boolean_base': '« {label} » doit être vrai ou faux',
  'field:array_base': '« {label} » doit être une liste', 'field:object_base': '« {label} » doit être un objet', 'field:string_pattern_name': '« {label} » n’a pas la bonne forme',
};

const ar: Texts = {
  invalid_request: 'هذا الطلب غير صالح؛ يذكر errors كل حقل خاطئ.', malformed_request: 'تعذرت قراءة هذا الطلب: عنوانه أو نص JSON فيه غير سليم.',
  body_too_large: 'محتوى هذا الطلب كبير جدًا.', internal_error: 'حدث خطأ من جانبنا.', database_unavailable: 'قاعدة البيانات غير متاحة مؤقتًا. أعد المحاولة بعد لحظات، وبنفس Idempotency-Key إن كنت قد أرسلته.',
  too_many_requests: 'طلبات كثيرة جدًا. أعد المحاولة بعد {retryAfterSeconds} ثانية.', authentication_required: 'سجّل الدخول أولًا.', invalid_credentials: 'البريد الإلكتروني أو كلمة المرور غير صحيحة.',
  missing_permission: 'لا يُسمح لهذا الحساب بذلك: تنقصه {permission}.', missing_scope: 'لا يُسمح لهذا المفتاح بذلك: تنقصه {scope}.', stale_version: 'تغيّر هذا منذ قراءتك له. اقرأه من جديد ثم كرر التغيير.',
  email_taken: 'يوجد حساب بهذا البريد الإلكتروني.', product_not_found: 'هذا المنتج غير موجود.', category_not_found: 'هذه الفئة غير موجودة.', variant_not_found: 'هذا الخيار غير موجود.',
  cart_not_found: 'هذه السلة غير موجودة.', line_item_not_found: 'هذا الصنف ليس في السلة.', order_not_found: 'هذا الطلب غير موجود.', coupon_not_found: 'هذه القسيمة غير موجودة.',
  insufficient_stock: 'الكمية المتوفرة لا تكفي.', cart_changed: 'تغيّر سعر السلة. راجعها ثم اطلب من جديد.', idempotency_key_required: 'أرسل Idempotency-Key كي لا يُنفَّذ شيء مرتين.',
  'field:any_required': '«{label}» مطلوب', 'field:string_empty': '«{label}» يجب ألا يكون فارغًا', 'field:string_email': '«{label}» يجب أن يكون بريدًا إلكترونيًا', 'field:string_base': '«{label}» يجب أن يكون نصًا',
  'field:string_min': 'الحد الأدنى لأحرف «{label}» هو {limit}', 'field:string_max': 'الحد الأقصى لأحرف «{label}» هو {limit}', 'field:number_base': '«{label}» يجب أن يكون رقمًا', 'field:number_integer': '«{label}» يجب أن يكون عددًا صحيحًا',
  'field:number_min': 'أقل قيمة لـ«{label}» هي {limit}', 'field:number_max': 'أكبر قيمة لـ«{label}» هي {limit}', 'field:object_unknown': '«{label}» غير مسموح به', 'field:boolean_base': '«{label}» يجب أن يكون صحيحًا أو خطأ',
  'field:array_base': '«{label}» يجب أن يكون قائمة', 'field:object_base': '«{label}» يجب أن يكون كائنًا', 'field:string_pattern_name': '«{label}» ليس بالصيغة الصحيحة',
};

export const PROBLEM_TEXTS: Readonly<Record<string, Texts>> = { de, fr, ar };
