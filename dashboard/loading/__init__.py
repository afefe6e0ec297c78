"""Files on their way in: dropped on the page, looked at, loaded by a process of its own; rejects are corrected."""
