"""What the lines of a page belong to: titles, paragraphs, tables with their cells, figures, captions, in order."""
