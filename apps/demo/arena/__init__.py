"""The Arena tab: two nameless readings over a line, a vote or the truth, and what all votes say of the engines."""
