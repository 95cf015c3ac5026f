"""What was read on pages as documents: text, JSON, Markdown, hOCR, ALTO XML and searchable PDF."""
