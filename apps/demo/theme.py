"""How the app looks: colours, system fonts, style sheet. Everything comes from this machine, nothing from outside."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from gradio.themes import Base
from gradio.themes.utils.colors import Color
from gradio.themes.utils.sizes import Size

STYLE_SHEET: Final = Path(__file__).with_name("demo.css")
ICON: Final = Path(__file__).with_name("icon.svg")

# Names alone: a font that a theme names by string is never fetched. Hanzi faces come first for their own glyphs.
_SANS: Final = (
    "system-ui, -apple-system, 'Segoe UI', 'Noto Sans', 'Helvetica Neue', Arial, 'PingFang SC', 'Hiragino Sans GB', "
    "'Microsoft YaHei', 'Noto Sans CJK SC', 'Noto Sans SC', sans-serif"
)
_MONO: Final = "ui-monospace, 'SF Mono', 'Cascadia Mono', Menlo, Consolas, 'Noto Sans Mono', monospace"

_INK: Final = Color(
    name="ink",
    c50="#f7f8fa",
    c100="#eef0f4",
    c200="#dfe3ea",
    c300="#c5ccd8",
    c400="#939db0",
    c500="#667085",
    c600="#4b5568",
    c700="#343c4c",
    c800="#212733",
    c900="#171b24",
    c950="#0f1218",
)
_SEAL: Final = Color(
    name="seal",
    c50="#fdf3f1",
    c100="#fae3df",
    c200="#f3c5be",
    c300="#e89d92",
    c400="#d96f61",
    c500="#bf4a3c",
    c600="#a63a2e",
    c700="#892e25",
    c800="#6f2822",
    c900="#5b2520",
    c950="#33120f",
)


# Nothing is smaller than what can be read on a projector.
_SIZES: Final = Size(name="readable", xxs="13px", xs="13px", sm="13px", md="14px", lg="16px", xl="22px", xxl="26px")


def theme() -> Base:
    """Returns a calm theme in ink and seal red, light and dark."""
    base = Base(
        primary_hue=_SEAL,
        secondary_hue=_INK,
        neutral_hue=_INK,
        text_size=_SIZES,
        font=_SANS,
        font_mono=_MONO,
        radius_size="lg",
    )
    return base.set(
        body_text_color_subdued="*neutral_500",  # 4.7:1 on the page's ground; small text needs 4.5:1
        body_text_color_subdued_dark="*neutral_400",
        body_background_fill="*neutral_50",
        body_background_fill_dark="*neutral_950",
        block_background_fill="white",
        block_background_fill_dark="*neutral_900",
        block_border_color="*neutral_200",
        block_border_color_dark="*neutral_800",
        block_shadow="none",
        block_label_background_fill="transparent",
        block_label_background_fill_dark="transparent",
        block_label_border_width="0",
        block_label_text_color="*neutral_500",
        block_label_text_color_dark="*neutral_400",
        input_background_fill="*neutral_50",
        input_background_fill_dark="*neutral_950",
        input_border_color="*neutral_200",
        input_border_color_dark="*neutral_700",
        checkbox_label_background_fill="transparent",
        checkbox_label_background_fill_dark="transparent",
        checkbox_label_background_fill_hover="*neutral_50",
        checkbox_label_background_fill_hover_dark="*neutral_800",
        checkbox_label_background_fill_selected="*neutral_100",
        checkbox_label_background_fill_selected_dark="*neutral_800",
        checkbox_label_border_color="*neutral_200",
        checkbox_label_border_color_dark="*neutral_700",
        checkbox_label_border_width="1px",
    )
