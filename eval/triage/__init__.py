"""What people say of single lines: tags, notes, corrected labels."""
