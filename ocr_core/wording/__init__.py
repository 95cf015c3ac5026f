"""The texts of this package that people read on pages, in every language: one table a subject."""
