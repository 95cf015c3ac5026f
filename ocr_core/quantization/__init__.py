"""Networks in whole numbers of 8 bits: measured once by us, built where they run, kept on disk."""
