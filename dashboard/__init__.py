"""The Dash side: one page over the map, its HTTP API, and the texts in both languages."""
