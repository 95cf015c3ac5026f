"""The Compare tab: one line, read side by side by several engines, and what a visitor can keep of it."""
