"""What confidence is worth: temperatures fitted on validation lines, and which lines a person should look at."""
