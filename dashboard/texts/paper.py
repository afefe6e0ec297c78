"""Words of paper on the screen; what stands on the paper itself is in zoning/paper."""

# key -> (zh, en)
WORDS: dict[str, tuple[str, str]] = {
    "paper_notice": ("打印本区通告", "Print this zone's notice"),
    "paper_certificate": ("打印解除管控证明", "Print a certificate of its release"),
    "paper_crews": ("卡口围合清单", "Crews' list of entrances"),
    "paper_daily": ("日报表", "Daily table"),
}
