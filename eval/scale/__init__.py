"""How much one run can hold: drawn runs of any size, and what summing one up takes."""
