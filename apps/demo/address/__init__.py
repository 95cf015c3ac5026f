"""The address line: what a visitor looks at as a link, and how a link, or another tab, brings a picture into a tab."""
