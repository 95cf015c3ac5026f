"""Labels that are likely wrong: where engines agree against them, and pictures give them little."""
