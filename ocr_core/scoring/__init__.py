"""How readings are judged: metrics, intervals, tests of significance, calibration, confusions.

Pure functions of texts and numbers, below training and evaluation alike, which both report by them.
"""
