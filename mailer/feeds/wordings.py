"""What pages say about themselves, in the languages that we know: words around the news.

Each line of a table is the beginning of a sentence. They are tried where a sentence begins, so a
wording that news may begin with as well must go on until it cannot.
"""

import re

ENGLISH = (
    r"stay (?:updated|informed|connected|tuned|up to date|in the know|ahead)\b",
    r"keep up (?:to date|with (?:us|our))\b",
    r"(?:please |don.t forget to )?(?:subscribe|sign up)\b(?! sheet)",
    r"(?:get|receive|have) (?:\S+ ){0,8}(?:in|to|into) your (?:inbox|e-?mail|mailbox)\b",
    r"join (?:\S+ ){0,6}(?:newsletter|subscribers|mailing list|channel|community)\b",
    r"enter your e-?mail\b|no spam\b|unsubscribe (?:at )?any ?time\b",
    r"if you were forwarded\b|thanks for (?:reading|subscribing|listening)\b",
    r"this (?:post|article|story) is (?:public so|free to read|for (?:paid |paying )?subscribers)",
    r"already (?:a|an) (?:subscriber|member)\b|become an? (?:member|subscriber|supporter)\b",
    r"(?:upgrade (?:now|to paid)|log in|sign in) ?(?:now|to\b.{0,40})?$",
    r"(?:follow|like|find) us\b|follow (?:me|him|her|them|\S+(?: \S+)?) (?:on|at) \S+",
    r"(?:contact|e-?mail|write to|reach) .{0,60}@\S+",
    r"(?:share|tweet|pin|e-?mail|print) (?:this|on|via)\b|share:?\s*$|spread the (?:love|word)\s*$",
    r"like this:?\s*$|loading(?:\.{3}|…)?\s*$|listen to this (?:article|story)\b",
    r"click (?:here|to)\b",
    r"(?:read|see|learn) (?:more|also|next)\b|also read\b|(?:continue|keep) reading\b",
    r"read the (?:full|whole|rest|original)\b",
    r"(?:watch|photos?|gallery|in pictures|poll)\s*:",
    r"the post\b.{1,300}\b(?:appeared first|first appeared) on\b",
    r"(?:this|the|an?) (?:\w+ ){0,2}(?:article|story|piece|post|report|column|essay|content|text"
    r"|interview|analysis)\b.{0,60}\b(?:originally|first) (?:published|appeared|posted|ran)\b",
    r"(?:originally|first) (?:published|appeared|posted) (?:at|on|in|by)\b",
    r".{0,160}\bwas originally published in\b.{0,100}\bon medium\b",
    r"published (?:originally|first) (?:at|on|in|by|with)\b",
    r"(?:this (?:\w+ )?(?:was|is|has been) )?"
    r"(?:(?:re)?published|reprinted|reproduced|syndicated|reposted|cross-?posted) (?:here )?"
    r"(?:from|(?:with|by) (?:the )?(?:kind )?permission|courtesy of|under a\b)",
    r"via:? \S+(?: \S+){0,4}\s*$",
    r".{0,120}\bcontributed (?:reporting )?to this (?:story|report|article|piece|post)\b",
    r"(?:with )?(?:additional )?(?:reporting|writing|editing) by\b",
    r"(?:photo|image|picture|video|illustration|caption|credit|source)s?"
    r"(?:\s+(?:credits?|by|courtesy(?: of)?))?\s*:",
    r"(?:photo|image|picture|illustration) (?:by|courtesy of)\b",
    r"(?:advertisement|sponsored content|sponsored|ad)\s*$",
    r"(?:related|recommended|more)(?: \S+){0,2}\s*:|you (?:may|might) also like\b",
    r"(?:related|recommended|popular|trending|top|latest)"
    r" (?:articles?|stories|posts|topics|content|news)\s*$",
    r"(?:tags?|tagged|labels?|filed under|posted in|categor(?:y|ies)|topics)\s*:",
    r"(?:previous|next)\s+(?:post|article|story)\b|(?:previous|next)\s*[:»→]",
    r"leave a (?:reply|comment)\b|\d+ comments?\s*$|comments? (?:are|is|off|closed)\b",
    r"your e-?mail address will not be published\b|(?:add|post) (?:a |new )?comment\s*$",
    r"(?:©|\(c\)|copyright\b|all rights reserved\b)",
    r"skip to (?:main )?content\b|(?:back to top|home\s*[›»>/])",
    r"download (?:our|the) app\b",
    r"(?:last )?(?:updated|modified|published|posted)(?: on| at|\s*:)\s.{0,12}\d.{0,40}$",
    r"\d{1,3}[ -]min(?:ute)?s? (?:read|listen)\b",
    r"this (?:live ?blog|page|thread) (?:is|has|was) (?:now )?(?:closed|ended|paused)\b",
    r"(?:\S+ ){0,3}(?:newsroom|event|webinar)\s*: join us\b|book (?:your )?tickets\s*$",
    r"our standards\s*:|follow (?:\S+ ){0,4}coverage of\b|call [\d -]{6,16} with tips\b",
    r".{0,80}\b(?:does|do) not work for, consult\b|.{0,80}\bhas disclosed no relevant affil",
    r".{0,60}\bis an? (?:non-?profit|independent),?(?: \S+){0,2} (?:newsroom|news (?:site|outlet))"
    r" (?:that|which) (?:investigates|covers|reports)\b",
    r".{0,60}\bis an? (?:freelance|staff|senior|contributing) (?:\S+ ){0,3}"
    r"(?:writer|journalist|reporter|editor|correspondent|columnist)"
    r"(?: (?:based|living) in \S+(?: \S+){0,3})?[.\s]*$",
    r"(?:he|she|they) (?:writes?|reports?|covers?) (?:about|on|for)\b.{0,60}$",
    r"(?:this|our) (?:post|page|article|site) (?:may )?contains? affiliate\b"
    r"|as an amazon associate\b|read our (?:disclosure|privacy|cookie)\b"
    r"|(?:we|this (?:web)?site) uses? cookies\b",
    r"(?:editor.s|editors.) note\s*:|(?:correction|clarification)\s*:"
    r"|this (?:story|article|post) (?:was|has been) (?:updated|corrected|amended)\b",
    r"you can (?:share|gift|read) this (?:article|story)\b|gift this\b|(?:share|give) a gift\b",
)
GERMAN = (
    r"lesen sie (?:auch|mehr|hier|dazu)\b|mehr zum thema\b|weiterlesen\b|zum artikel\b",
    r"(?:den |unseren )?newsletter (?:abonnieren|bestellen)",
    r"jetzt (?:abonnieren|anmelden|bestellen)",
    r"abonnieren sie\b|melden sie sich .{0,60}\ban\b|folgen sie uns\b|zum newsletter\b",
    r"teilen(?: sie (?:diesen|den)| auf\b|\s*:|\s*$)|artikel (?:teilen|anhören|drucken|merken)\b",
    r"(?:foto|bild|grafik|video|quelle|text|schlagwörter|themen)s?\s*:",
    r"(?:dieser|der|dieses|das) (?:artikel|beitrag|text|interview|kommentar)\b.{0,60}"
    r"\b(?:zuerst|ursprünglich|zunächst)\b",
    r"(?:zuerst|ursprünglich) (?:erschienen|veröffentlicht)\b|erstmals erschienen\b",
    r"(?:mit (?:agentur)?material (?:von|der)|mitarbeit\s*:)|lesedauer\b|lesezeit\b",
    r"mehr dazu\b(?: \S+){0,4}$|mehr (?:dazu|zum thema|von)\s*:|icon\s*:",
    r"(?:dieser|der) (?:artikel|beitrag|text) ist (?:teil von|kostenpflichtig|exklusiv)\b",
    r"(?:dieser|der) (?:artikel|beitrag|text) stammt aus\b|von [A-Z]\S+ [A-Z]\S+\.$",
    r"(?:anzeige|werbung|kommentare)\s*$|alle rechte vorbehalten\b|aktualisiert (?:am|um)\b",
)
FRENCH = (
    r"(?:à )?lire (?:aussi|la suite|plus|également)\b|voir aussi\b|pour aller plus loin\b",
    r"abonnez-vous\b|inscrivez-vous\b|s.abonner\b|suivez-nous\b|recevez .{0,80}(?:mail|newsletter)",
    r"partager (?:sur|cet|l.article)\b|partager\s*[:$]",
    r"(?:crédits?(?: photo)?|photo|source|illustration|mots-clés)\s*:",
    r"(?:cet|l.|ce) ?(?:article|texte|billet)\b.{0,60}\b(?:publié|paru)\b",
    r"(?:initialement|à l.origine|d.abord) (?:publié|paru)",
    r"(?:publié|paru)e? (?:initialement|à l.origine|d.abord|pour la première fois)\b",
    r"(?:cet |l.)?article réservé\b|il vous reste \d|la suite est réservée\b|déjà abonné\b",
    r"publicité\s*$|tous droits réservés\b|temps de lecture\b",
    r"publié le \d.{0,40}$|mis à jour le\b",
)
SPANISH = (
    r"(?:lea|lee|leer) (?:también|más)\b|(?:sigue|seguir|continuar) leyendo\b|te puede interesar\b",
    r"suscríbe|suscríba|síguenos\b|síganos\b|recibe .{0,60}(?:correo|bandeja|e-?mail|newsletter)",
    r"compart(?:e|ir) (?:este|esta|en (?:facebook|redes|whatsapp|twitter|x)\b)|compartir\s*$",
    r"(?:foto|fuente|imagen|crédito|etiquetas)s?\s*:",
    r"(?:este|el) (?:artículo|texto|reportaje)\b.{0,50}\b(?:publicad|publicó|apareció)",
    r"publicado (?:originalmente|por primera vez)\b|originalmente publicado\b",
    r"puedes? (?:seguir|consultar|apuntarte|recibir)\b.{0,80}\b(?:facebook|newsletter|canal)\b",
    r"apúntate\b|regístrate (?:gratis|para)\b|(?:contenido|artículo) (?:exclusivo|solo) para\b",
    r"publicidad\s*$|con información de\b|todos los derechos reservados\b",
)
ITALIAN = (
    r"leggi (?:anche|tutto|di più)\b|continua a leggere\b|per approfondire\b",
    r"iscriviti\b|abbonati (?:a|ora|per)\b|seguici\b|condividi (?:su|questo|l.articolo)",
    r"condividi\s*$",
    r"(?:foto|fonte|immagine)\s*:|pubblicità\s*$|riproduzione riservata",
    r"questo articolo\b.{0,50}\b(?:pubblicato|apparso)|pubblicato (?:originariamente|per la prima)",
)
PORTUGUESE = (
    r"leia (?:também|mais)\b|continue (?:lendo|a ler)\b|veja também\b|saiba mais\b",
    r"assine (?:a|o|nossa|já|agora)\b|inscreva-se\b|siga-nos\b|compartilh(?:e|ar)",
    r"partilh(?:e|ar)\s*$",
    r"(?:foto|fonte|imagem|crédito)s?\s*:|publicidade\s*$",
    r"est[ea] (?:artigo|texto|matéria)\b.{0,40}\bpublicad",
)
DUTCH = (
    r"lees (?:ook|meer|verder)\b|abonneer (?:u|je|nu)\b|schrijf (?:je|u) in\b|volg ons\b",
    r"deel (?:dit|op|via)\b|(?:foto|bron|beeld|tekst)\s*:|advertentie\s*$",
    r"dit (?:artikel|stuk|verhaal)\b.{0,50}\b(?:verscheen|gepubliceerd)",
    r"oorspronkelijk gepubliceerd",
)
SLAVIC = (
    r"читайте (?:также|ещ[её])|читать (?:далее|полностью|ещ[её])|подпи(?:сывайтесь|шитесь)",
    r"поделиться(?: в| ссылкой|\s*[:]|\s*$)|(?:фото|источник|видео|теги)\s*:|реклама\s*$",
    r"впервые опубликовано|эта статья .{0,40}опубликован",
    r"czytaj (?:też|także|więcej|dalej)|zapisz się|subskrybuj|obserwuj nas|udostępnij",
    r"fot\.|źródło\s*:|reklama\s*$|zobacz (?:też|także|również)",
)
HEBREW = (
    r"קראו (?:גם|עוד)|לקריאה נוספת|לכתבה המלאה|המשך קריאה|קרא עוד|להמשך קריאה|עוד בנושא",
    r"הירשמו|להרשמה|להצטרפות|הצטרפו (?:ל|אל)|עקבו אחרינו|שתפו (?:ב|את|כתבה)|שיתוף\s*:?\s*$",
    r"(?:צילום|צילומים|קרדיט|מאת|מקור|תמונה|תגיות|כתב)\s*:|פרסומת\s*$|כל הזכויות שמורות",
    r"(?:ה?(?:כתבה|מאמר|ידיעה|טור) )?(?:ה\w+ )?פורסמ?[הו]? (?:לראשונה|במקור)",
    r"פורסם (?:לראשונה|במקור)",
    r".{0,60}(?:השתתפ|סייע)\S* בהכנת ה(?:כתבה|ידיעה)",
)
ARABIC = (
    r"اقر[أا](?:وا)? (?:أيض|ايض|المزيد)|للمزيد|لقراءة المزيد|مواضيع ذات صلة|تابع القراءة",
    r"تابعونا|تابعنا|اشترك(?:وا)? (?:في|ب|الآن).{0,30}(?:نشر|بريد|قنا|خدم|ال[آا]ن)",
    r"شارك(?:وا)? (?:على|عبر|هذا|هذه|المقال|الخبر)|مشاركة\s*:?\s*$|سجل(?:وا)? (?:بريد|في النشرة)",
    r"(?:المصدر|تصوير|صورة|الصورة|كتب|بقلم|وسوم)\s*:|إعلان\s*$|جميع الحقوق محفوظة",
    r"(?:نشر(?:ت)?|ظهر(?:ت)?) (?:هذ[اه] )?(?:ال\w+ )?(?:لأول مرة|أول مرة|أولا)",
    r"(?:ساهم|شارك)(?:ت)? في (?:إعداد|كتابة) (?:هذا )?(?:التقرير|الخبر)",
)
EAST_ASIAN = (
    r"続きを読む|続きはこちら|関連(?:記事|ニュース|リンク)|あわせて読みたい|こちらもおすすめ",
    r"メール(?:マガジン|レター|ニュース)|ニュースレター|(?:会員|無料)?登録はこちら|購読",
    r"(?:この記事は)?(?:有料|会員限定)(?:の)?記事|残り\s?\d|ログインして",
    r"(?:この記事を)?シェア(?:する)?|この記事を|ツイート|フォローする|いいね",
    r"(?:写真|画像|出典|初出|転載元|文|取材|撮影|記者|著者)\s*[：:＝=]|(?:広告|PR)\s*$|無断転載",
    r"阅读(?:更多|全文|原文)|继续阅读|相关(?:阅读|文章|新闻|报道)|延伸(?:阅读|閱讀)|閱讀(?:更多|全文)",
    r"(?:点击|點擊)(?:此|这|這|订|訂|阅|閱|进|進)|(?:订阅|訂閱)(?:我们|我們|本|电子|電子)|关注我们|關注我們",
    r"分享(?:到|至)|(?:来源|來源|图|圖|图片|記者|记者|编辑|編輯|责任编辑|責任編輯|作者)\s*[：:]|版权所有",
    r"제보는|저작권자|<저작권자|관련 ?기사|더 ?보기|구독(?:하기|신청)"
    r"|공유하기|(?:사진|출처|글)\s*[=:]|무단 ?전재",
)
ALL = (
    *ENGLISH, *GERMAN, *FRENCH, *SPANISH, *ITALIAN, *PORTUGUESE, *DUTCH, *SLAVIC, *HEBREW, *ARABIC,
    *EAST_ASIAN,
)  # fmt: skip
FURNITURE = re.compile(rf"\W*(?:{'|'.join(ALL)})", re.IGNORECASE)
# A link of such words, with or without a headline behind them, only leads to the article.
MORE = re.compile(
    r"\W*(?:(?:read|see|learn|view|keep|continue|find out|show|watch)?\s*"
    r"(?:more|on|reading|the (?:full|whole|rest).{0,30}|full (?:story|article|post))\b.{0,60}"
    r"|(?:weiterlesen|mehr (?:lesen|erfahren)|zum artikel|lire la suite|en savoir plus|leer más"
    r"|seguir leyendo|leggi tutto|continua|leia mais|saiba mais|lees (?:meer|verder)|читать далее"
    r"|czytaj (?:dalej|więcej)|לכתבה המלאה|המשך קריאה|קרא עוד|קראו עוד|اقرأ المزيد|المزيد|للمزيد"
    r"|続きを読む|続き|もっと見る|阅读更多|阅读全文|更多|閱讀更多|더 ?보기).{0,40})",
    re.IGNORECASE,
)
