"""Backups: one file that holds the books of one moment, and all that is needed to prove it.

A backup is a tar, compressed with zstd and, on wish, encrypted with age: each opens with programs
of others too. In it are the database, the uploads that it names and, last, a signed manifest: what
was cut off has none. It never holds the keys: they are kept apart, as a file of their own. Nor does
it hold the seals, which must outlive the database on another disk and are newer.
"""
