"""Frequent characters of the languages that are written in each encoding.

ASCII is left out; alphabets have about their dozen most frequent letters, Latin scripts
all accents and signs, Chinese, Japanese and Korean about a hundred characters.  The
order is that of preference where several encodings read a text alike.
"""

import re

SIMPLIFIED = (
    "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于"
    "着下自之年过发后作里用道行所然家种事成方多经么去法学如都同现当没动面起看定天分还"
    "进好小部其些主样理心她本前开但因只从想实日军者意无力它与长把机十很太非常喜欢，。"
    "！？、：；“”"
)
TRADITIONAL = (
    "的一是不了在人有我他這個們中來上大為和國地到以說時要就出會可也你對生能而子那得於"
    "著下自之年過發後作裡用道行所然家種事成方多經麼去法學如都同現當沒動面起看定天分還"
    "進好小部其些主樣理心她本前開但因只從想實日軍者意無力它與長把機十很太非常喜歡，。"
    "！？、：；「」"
)
KANA = "のにはをたがでてとしれさいるなもかすまくあっきよらりこどそんう。、ーンスルラ"
KOREAN = (
    "이다는에의을를가고하지한로서은도나사기리어아자라있인대정해그들일시스것으수전보게"
    "주제만과면장안여부없너무영화"
)
RUSSIAN = "оеаинтсрвлкм"
WESTERN = "éèàùêâôîûçëïœöäüßñóíáúõãåæø¿¡‘’“”–—…«»€£°½"
COMMON = {
    "cp1252": WESTERN,
    "cp1250": "ąćęłńóśźżáčďéěíňřšťúůýžôľäöüőűăâîșț‘’“”„–—…",
    "iso8859_2": "ąćęłńóśźżáčďéěíňřšťúůýžôľäöüőűăâî",
    "cp1254": "çğıi̇öşüâî‘’“”–—…",
    "mac_roman": WESTERN,
    "gb18030": SIMPLIFIED,
    "big5": TRADITIONAL,
    "cp932": KANA,
    "euc_jp": KANA,
    "cp949": KOREAN,
    "cp874": "านรอกเงมยลว่้ั",
    "cp1251": RUSSIAN,
    "koi8_r": RUSSIAN,
    "iso8859_5": RUSSIAN,
    "cp1253": "αοιετσνηυρπκς",
    "cp1255": "יוהלאמרתבשנ",
    "cp1256": "اليمونرتبةعد",
    "utf_16_le": "",
    "utf_16_be": "",  # without a mark: zeros tell
}
LATIN = ("cp1252", "cp1250", "iso8859_2", "cp1254", "mac_roman")
RUN = re.compile(r"[^\W\d_A-Za-z]{4,}")  # so many accents in a row are no Latin script
OWN = re.compile(r"(?<![A-Za-z])[^\x00-\x7f]{2,}(?![A-Za-z])")  # a word of its own
