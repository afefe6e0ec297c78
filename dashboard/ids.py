"""Every id of the page in one enum: a callback and the layout cannot name different things."""

from enum import StrEnum, unique


@unique
class Id(StrEnum):
    """Ids of components and of the elements that our own scripts fill."""

    # Stores hold keys, never tables.
    ASKED = "asked"
    PLAN = "plan"
    CHOICE = "choice"
    CARD_DATA = "card-data"
    LANG = "lang"
    THEME = "theme"
    # Where clientside callbacks that only tell the map write; nothing reads them.
    TOLD_VIEW = "told-view"
    TOLD_CHOICE = "told-choice"
    TOLD_CARD = "told-card"

    LANG_ZH = "lang-zh"
    LANG_EN = "lang-en"
    THEME_SWITCH = "theme-switch"
    OUTBREAK = "outbreak"
    REVISION = "revision"
    ERROR = "error"
    BUSY = "busy"
    CARD_CLOSE = "card-close"

    # Filled by the modules in assets/.
    OUTBREAKS = "outbreaks"
    TIMELINE = "timeline"
    ACTIONS = "actions"
    LIST = "zone-list"
    INBOX = "inbox"
    CARD = "card"
    PANEL = "panel"
    SHEET = "sheet"
    DRAWER = "drawer"
    MAP = "map"
    LAYERS = "layer-switch"
    LEGEND = "legend"
    STATUS = "status"
