"""The character set of a document, from everywhere it hides, and in spite of what is said."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.feeds.charset import decoded

GERMAN = "Fähren fahren über die Förde, größere Schäden blieben aus – „endlich“."
RUSSIAN = "Паромы снова ходят между островами, сообщила в понедельник компания."
JAPANESE = "フェリーは水曜日に運航を再開します。島の住民は喜んでいます。"
CHINESE = "渡轮将于星期三恢复航行，岛上的居民对此表示欢迎。"
TAIWANESE = "渡輪將於星期三恢復航行，島上的居民對此表示歡迎。"
KOREAN = "여객선이 수요일부터 다시 운항합니다. 주민들은 기뻐하고 있습니다."
HEBREW = "המעבורות חוזרות להפליג ביום רביעי, כך הודיעה החברה."
ARABIC = "تستأنف العبارات رحلاتها يوم الأربعاء بعد توقف دام أسبوعا."
GREEK = "Τα πλοία επιστρέφουν την Τετάρτη στα νησιά."
POLISH = "Promy wracają w środę, żegluga wzdłuż wybrzeża ruszyła."


@pytest.mark.parametrize(
    ("text", "charset"),
    [
        (GERMAN, "utf-8"), (GERMAN, "windows-1252"), (RUSSIAN, "windows-1251"),
        (RUSSIAN, "koi8-r"), (RUSSIAN, "iso-8859-5"), (JAPANESE, "shift_jis"),
        (JAPANESE, "euc-jp"), (JAPANESE, "iso-2022-jp"), (CHINESE, "gb2312"), (CHINESE, "gb18030"),
        (TAIWANESE, "big5"), (KOREAN, "euc-kr"), (HEBREW, "windows-1255"),
        (HEBREW, "iso-8859-8"), (ARABIC, "windows-1256"), (GREEK, "iso-8859-7"),
        (POLISH, "iso-8859-2"), (POLISH, "windows-1250"),
    ],
)  # fmt: skip
def test_it_is_told_by_the_header_the_xml_declaration_or_a_meta_tag(
    text: str, charset: str
) -> None:
    octets = text.encode(charset)
    declared = f'<?xml version="1.0" encoding="{charset}"?><a>'.encode()
    meta = f"<html><head><meta charset='{charset}'>".encode()
    equiv = f'<meta http-equiv=content-type content="text/html; charset={charset}">'.encode()

    assert decoded(octets, f'text/xml; charset="{charset}"') == text
    for said in (declared, meta, equiv):
        assert decoded(said + octets).endswith(text)


@pytest.mark.parametrize("charset", ["utf-8-sig", "utf-16", "utf-32", "utf-16-le", "utf-16-be"])
def test_the_first_octets_say_more_than_any_word(charset: str) -> None:
    text = f'<?xml version="1.0" encoding="iso-8859-1"?><a>{GERMAN}</a>'

    assert decoded(text.encode(charset), "text/xml; charset=koi8-r") == text


def test_large_machines_have_sets_of_their_own() -> None:
    told = '<?xml version="1.0" encoding="cp500"?><rss>[Ferries sail]</rss>'

    assert decoded(told.encode("cp500")) == told


@pytest.mark.parametrize(
    ("text", "charset", "said"),
    [
        (GERMAN, "utf-8", "iso-8859-1"),
        (RUSSIAN, "utf-8", "windows-1251"),
        (GERMAN, "windows-1252", "utf-8"),
        (GERMAN, "windows-1252", "us-ascii"),
        (GERMAN, "windows-1252", "iso-8859-1"),
        (RUSSIAN, "windows-1251", "utf-8"),
        (RUSSIAN, "koi8-r", "utf-8"),
        (JAPANESE, "shift_jis", "utf-8"),
        (JAPANESE, "euc-jp", "utf-8"),
        (CHINESE, "gbk", "utf-8"),
        (CHINESE + "镕", "gbk", "gb2312"),
        (KOREAN, "euc-kr", "utf-8"),
        (GERMAN, "utf-8", "no-such-charset"),
        (GERMAN, "windows-1252", "zlib"),
        (GERMAN, "utf-8", "utf-16"),
        (GERMAN, "utf-8", "utf-7"),
    ],
)
def test_a_wrong_word_is_not_believed(text: str, charset: str, said: str) -> None:
    octets = (text * 3).encode(charset)
    declared = f'<?xml version="1.0" encoding="{said}"?>'.encode() + octets

    assert decoded(octets, f"text/xml; charset={said}") == text * 3
    assert decoded(declared).endswith(text * 3)


@pytest.mark.parametrize(
    ("text", "charset", "language"),
    [
        (HEBREW, "windows-1255", "he"), (ARABIC, "windows-1256", "ar"),
        (GREEK, "windows-1253", "el"), (POLISH, "iso-8859-2", "pl"),
        (TAIWANESE, "big5", "zh-TW"),
    ],
)  # fmt: skip
def test_where_nothing_is_said_the_language_helps(text: str, charset: str, language: str) -> None:
    told = f"<rss><channel><language>{language}</language><title>{text}</title>"

    assert decoded(told.encode(charset)) == told


def test_the_header_comes_before_the_declaration() -> None:
    told = f'<?xml version="1.0" encoding="koi8-r"?><a>{RUSSIAN}'

    assert decoded(told.encode("cp1251"), "text/xml; charset=windows-1251") == told


def test_octets_pasted_into_utf_8_cost_nothing_else() -> None:
    mixed = GERMAN.encode() + b" \x93caf\xe9\x94 " + RUSSIAN.encode()

    assert decoded(mixed) == f"{GERMAN} “café” {RUSSIAN}"


@given(st.binary(max_size=400), st.text(max_size=30))
def test_whatever_comes_is_some_text(body: bytes, said: str) -> None:
    for content_type in (None, f"text/html; charset={said}"):
        assert decoded(body, content_type).encode("utf-8", "surrogatepass") is not None
