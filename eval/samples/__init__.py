"""Lines of the committed benchmark that show a difference between engines, chosen by a rule: the demo opens on them."""
