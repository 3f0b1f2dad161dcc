"""Evidence packages: how they are written, stamped, printed, and verified by anybody.

`verify` defines what holds of a package and stands alone: a copy of it goes into each. Nothing here knows Django, a
database or a clock; what a package is about is the office's.
"""
