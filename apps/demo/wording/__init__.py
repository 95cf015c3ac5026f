"""Every text of the demo's page, in English and Chinese: one table a tab. What engines read is nobody's text."""
