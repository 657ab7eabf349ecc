"""Cards: the printed code and its number, PINs, scans, printing.

A code names no person and no balance; it says who, it doesn't prove it. A card that is reported
lost stops serving at once, a reissue ends every earlier print, and points stay with the
household. Wrong PINs are counted in the database, so that a lock outlives a restart.
"""
