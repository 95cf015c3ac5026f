"""How well line finders find the lines of pages: pages made with known lines, and the measure."""
