"""The evaluation: labelled lines in, runs, comparisons and reports out. A program of this repository, no library."""
