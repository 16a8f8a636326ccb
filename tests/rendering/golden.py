"""The editions every check looks at: short, usual, pictureless, long, corrected, other scripts.

`python -m tests.rendering.golden FOLDER` writes each as NAME.html, NAME.txt and NAME.eml.
"""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from mailer.address import parse_address
from mailer.editions.layout import Layout, Section
from mailer.editions.model import Newsletter, Piece
from mailer.feeds.model import Article
from mailer.message.mime import build
from mailer.message.model import Head, ListHead
from mailer.message.slots import fill
from mailer.pictures.model import Crop, Illustration, Picture
from mailer.rendering.figures import placed
from mailer.rendering.model import Page, Variant
from mailer.rendering.stories import CorrectionLine, DigestView, digest_view
from tests.conftest import a_newsletter
from tests.rendering.samples import (
    LINKS,
    OUTLETS,
    STORIES,
    TEMPLATES,
    TUESDAY,
    VALUES,
    an_article,
    an_edition,
)

HEBREW = (
    (
        "המעבורות חוזרות לפעול: הסכם הושג אחרי תשע שעות של שיחות",
        "ההפלגות בין האיים יתחדשו ביום רביעי לפי הסכם לשנתיים שקושר את השכר למספר הנוסעים ומוסיף"
        " יום מנוחה לצוותי הלילה. השרים, שאיימו בצווי חזרה לעבודה, בירכו על התוצאה.",
    ),
    (
        "נערה מריגה הדיחה את המדורגת שנייה באליפות השחמט המהיר",
        "מרתה אוזולה בת השש־עשרה נזקקה ל־24 מהלכים בלבד, וסיפרה שהכינה את הפתיחה באוטובוס."
        " היא השחקנית הצעירה ביותר שהגיעה אי פעם לרבע הגמר.",
    ),
    (
        "שלוש שכנות יחלקו ביניהן את מפות ההצפות של אגן הוולה",
        "הנתונים יהיו פתוחים לציבור מינואר, וכך מסתיים סכסוך שהחל בסגירת הסכרים בשנת 2019."
        " תחנות המדידה ידווחו מדי רבע שעה, ולא עוד פעם ביום.",
    ),
    (
        "בתי הספר משנים את ארוחת הצהריים: פחות סוכר, יותר דגים",
        "בניסוי שנערך בארבעים בתי ספר ירדה כמות הסוכר בשליש, ומספר הארוחות שנלקחו לא פחת."
        " מאביב הבא יצטרפו אליו כל בתי הספר בעיר, והתפריט ייכתב יחד עם הדייגים.",
    ),
    (
        "ספריית כלי העבודה פותחת סניף שני",
        "המקדחות והסולמות הם המבוקשים ביותר; מכונת תפירה אחת עוברת מיד ליד כבר שנה שלמה."
        " הסניף החדש ייפתח בבניין הדואר הישן, ויציע גם שיעורי תיקון בערבים.",
    ),
    ("מחירי הרכבת לא יעלו עד האביב", "דבר לא ישתנה לפני אפריל."),
)
ARABIC = (
    (
        "شركات العبّارات والنقابات تتوصل إلى اتفاق بعد تسع ساعات من المحادثات",
        "تُستأنف الرحلات بين الجزر يوم الأربعاء بموجب اتفاق مدته سنتان يربط الأجور بعدد الركاب ويضيف"
        " يوم راحة لأطقم الليل. ووصف الوزراء النتيجة بأنها مريحة قبل الشتاء.",
    ),
    (
        "فتاة من ريغا تُقصي المصنّفة الثانية في بطولة الشطرنج السريع",
        "احتاجت مارتا أوزولا ذات الستة عشر عامًا إلى 24 نقلة فقط، وقالت بعد المباراة إنها أعدّت"
        " الافتتاح في الحافلة. وهي أصغر لاعبة تبلغ ربع النهائي.",
    ),
    (
        "ثلاث دول متجاورة تتفق على تبادل خرائط الفيضانات في حوض فيلا",
        "ستكون البيانات متاحة للجميع ابتداءً من يناير، وبذلك ينتهي خلاف بدأ بإغلاق السدود عام 2019."
        " وسترسل محطات القياس قراءاتها كل ربع ساعة بدلًا من مرة في اليوم.",
    ),
    (
        "وجبات المدارس تتغيّر بهدوء: سكر أقل وسمك محلي أكثر",
        "خفّضت تجربة في أربعين مدرسة كمية السكر بمقدار الثلث دون أن يقل عدد الوجبات."
        " وستنضم إليها في الربيع بقية مدارس المدينة.",
    ),
    (
        "مكتبة الأدوات تفتح فرعًا ثانيًا",
        "المثاقب والسلالم هي الأكثر طلبًا، وتنتقل آلة خياطة واحدة من يد إلى يد منذ عام كامل."
        " وسيُفتتح الفرع الجديد في مبنى البريد القديم.",
    ),
    ("أجور القطارات ثابتة حتى الربيع", "لن يتغيّر شيء قبل أبريل."),
)
JAPANESE = (
    (
        "フェリー運航会社と労働組合、九時間の交渉の末に合意",
        "島々を結ぶ航路は、賃金を乗客数に連動させ、夜間勤務の乗組員に休日を一日加える二年間の協定にもとづ"
        "き、水曜日に再開する。業務復帰命令も辞さない構えだった閣僚らは、冬の燃料供給にとって安心できる"
        "結果だと述べた。",
    ),
    (
        "リガの十代の選手、早指しチェス世界オープンで第二シードを破る",
        "十六歳のマルタ・オゾラはわずか二十四手で勝ち、この手順はバスの中で準備したと語った。準々決勝に進む"
        "選手としては大会史上最年少で、次の相手は昨年の優勝者となる。対局は明日の午後、港の広間で行われる。",
    ),
    (
        "近隣三か国、ヴェラ流域の浸水想定図を共有することで合意",
        "データは一月から公開され、二〇一九年のダム閉鎖に始まった対立に終止符が打たれる。観測所はこれまでの"
        "一日一回に代えて、十五分ごとに水位を知らせることになる。費用は三か国が等しく分け合う。",
    ),
    (
        "学校給食が静かに変わる　砂糖は控えめ、地元の魚を多く",
        "四十校での試行では、食べる子どもの数を減らすことなく砂糖の量を三分の一減らすことができた。"
        "春からは市内のすべての学校に広げられ、献立は地元の漁協と共同で作られる。",
    ),
    (
        "工具を貸し出す図書館が二号店を開設",
        "最も借りられているのは電動ドリルと脚立で、一台のミシンは一年にわたって人から人へと渡っている。"
        "新しい店は旧郵便局の建物に入り、修理の講習も開かれる。",
    ),
    ("鉄道運賃は春まで据え置き", "四月までは何も変わらない。"),
)


@dataclass(frozen=True, slots=True)
class Golden:
    """One edition as it reaches a reader."""

    name: str
    view: DigestView
    page: Page  # for one reader: no slots

    def message(self, date: datetime) -> bytes:
        """Return the mail that one reader gets."""
        page = TEMPLATES.digest(self.view)
        return build(head_of(self.view)._replace(date=date), page, VALUES)


def digest(
    articles: list[Article],
    places: list[str],
    newsletter: Newsletter,
    language: str = "",
    copies: Mapping[int, list[Article]] | None = None,
    *,
    pictures: bool = True,
) -> DigestView:
    """Return an edition whose first article leads and whose others stand where `places` says."""
    pieces = [
        Piece(article.id, article.arrival, article.arrival, place, 1.0, included=True, reasons=())
        for article, place in zip(articles, places, strict=True)
    ]
    names = dict.fromkeys(place for place in places[1:] if place)
    layout = Layout(
        lead=pieces[0],
        sections=tuple(
            Section(name, tuple(piece for piece in pieces[1:] if piece.section == name))
            for name in names
        ),
        brief=tuple(piece for piece in pieces[1:] if not piece.section),
        left_over=(),
    )
    edition = an_edition(subject=articles[0].title[:70], preheader=_preheader(articles))
    return digest_view(
        edition,
        newsletter,
        Variant(0, language or newsletter.language),
        layout,
        {article.id: article for article in articles},
        OUTLETS,
        LINKS,
        copies or {},
        pictures=placed(layout, illustrations(articles)) if pictures else {},
    )


def illustrations(articles: list[Article]) -> list[Illustration]:
    """Return what was made of the photos of these articles; the file's name is its article's."""
    return [
        Illustration(
            article.id,
            crop,
            article.image_url,
            Picture(f"{article.id}-{crop}", "image/jpeg", *crop.stored, crop.largest // 2),
            None,
            TUESDAY,
        )
        for article in articles
        for crop in Crop
        if article.image_url is not None
    ]


def _preheader(articles: list[Article]) -> str:
    line = " · ".join(article.title for article in articles[1:4]) or articles[0].summary
    return line[:139]


def short() -> DigestView:
    """Three stories."""
    more = {
        1: f" {STORIES[3][1]}",
        2: " Her next opponent won it all last year, and has never met her.",
        4: " The first appear on Friday, those of the ferries and of three old tankers among them.",
    }
    articles = [
        an_article(number, summary=STORIES[number - 1][1] + told) for number, told in more.items()
    ]
    copies = {1: [an_article(14), an_article(15)]}
    return digest(articles, ["", "World", "World"], a_newsletter(), copies=copies)


def usual() -> DigestView:
    """Twelve stories in three sections, one told by others too."""
    articles = [an_article(number) for number in range(1, 13)]
    places = ["World"] * 4 + ["City & schools"] * 3 + ["Business & science"] * 2 + [""] * 3
    return digest(articles, places, a_newsletter(), copies={1: [an_article(14), an_article(15)]})


def no_pictures() -> DigestView:
    """The usual one, of outlets that have none."""
    articles = [an_article(number) for number in range(1, 13)]
    places = ["World"] * 4 + ["City & schools"] * 3 + ["Business & science"] * 2 + [""] * 3
    return digest(articles, places, a_newsletter(), pictures=False)


def fifty() -> DigestView:
    """As many stories as ever."""
    articles = [
        an_article(
            number,
            title=f"{STORIES[(number - 1) % 12][0]}, part {number}",
            url=f"https://post.example.net/2026/11/24/story-number-{number}",
        )
        for number in range(1, 51)
    ]
    places = [f"Section {1 + number // 6}" for number in range(36)] + [""] * 14
    return digest(articles, places, a_newsletter(max_stories=50))


def correction() -> DigestView:
    """With what was wrong in an earlier one."""
    lines = (
        CorrectionLine(
            "Bridge to the old town closed until spring",
            "It was another bridge. We are sorry.",
            None,
            withdrawn=True,
        ),
        CorrectionLine(
            "Batteries covered the evening peak",
            "It happened on Saturday, not on Sunday.",
            "https://lab.example.net/2026/11/batteries-covered-the-peak",
            withdrawn=False,
        ),
    )
    return replace(usual(), corrections=lines)


def hebrew() -> DigestView:
    """From right to left."""
    return _in("he", HEBREW, "עיתון הנמל", ["", "עולם", "עולם", "העיר", "העיר", ""])


def arabic() -> DigestView:
    """From right to left, joined letters."""
    return _in("ar", ARABIC, "موجز الميناء", ["", "العالم", "العالم", "المدينة", "المدينة", ""])


def japanese() -> DigestView:
    """No spaces between words."""
    return _in("ja", JAPANESE, "港の朝刊", ["", "世界", "世界", "街", "街", ""])


def mixed() -> DigestView:
    """Hebrew, Arabic, Japanese and English stories in a Hebrew edition."""
    told = [HEBREW[0], HEBREW[2], ARABIC[2], JAPANESE[0], STORIES[0][:2], HEBREW[1]]
    tags = ["he", "he", "ar", "ja", "en", "he"]
    articles = [
        an_article(number, title=title, summary=summary, language=tag)
        for number, ((title, summary), tag) in enumerate(zip(told, tags, strict=True), 1)
    ]
    newsletter = a_newsletter(language="he", name="עיתון הנמל")
    return digest(articles, ["", "עולם", "עולם", "עולם", "עולם", ""], newsletter)


def _in(tag: str, stories: tuple[tuple[str, str], ...], name: str, places: list[str]) -> DigestView:
    articles = [
        an_article(number, title=title, summary=summary, language=tag)
        for number, (title, summary) in enumerate(stories, 1)
    ]
    return digest(articles, places, a_newsletter(language=tag, name=name))


EDITIONS: Mapping[str, Callable[[], DigestView]] = {
    made.__name__: made
    for made in (short, usual, no_pictures, fifty, correction, hebrew, arabic, japanese, mixed)
}


def golden(name: str) -> Golden:
    """Return one of the editions, filled in for one reader."""
    view = EDITIONS[name]()
    return Golden(name, view, fill(TEMPLATES.digest(view), VALUES))


def head_of(view: DigestView) -> Head:
    """Return the head of one reader's mail."""
    return Head(
        message_id="1.k3y@news.example.org",
        date=TUESDAY,
        sender_name=view.newsletter.name,
        sender=view.newsletter.sender,
        reply_to=view.newsletter.reply_to,
        recipient=parse_address("ada@example.org"),
        list=ListHead(
            id="brief.news.example.org",
            unsubscribe_url="https://news.example.org/leave/token",
            archived_at=view.edition_url,
            feedback_id="1:brief:digest:mailer",
            unsubscribe_mail=f"mailto:leave@news.example.org?subject=unsubscribe.{'A' * 46}",
        ),
    )


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    now = datetime.now(UTC)  # filters find fault with a mail that took days to come
    for each in map(golden, EDITIONS):
        (folder / f"{each.name}.html").write_text(each.page.html, "utf-8")
        (folder / f"{each.name}.txt").write_text(each.page.text, "utf-8")
        (folder / f"{each.name}.eml").write_bytes(each.message(now))
