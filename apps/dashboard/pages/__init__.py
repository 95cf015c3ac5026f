"""The dashboard's pages, one file each; they read stored results and compute none."""
