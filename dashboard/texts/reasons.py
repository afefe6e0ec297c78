"""What the engine says of files and rows, in Chinese: a pattern of the English, and the Chinese with its groups."""

PATTERNS: tuple[tuple[str, str], ...] = ()
