"""Uploads: photos and papers that prove an act.

A photo is taken apart and written anew, so that neither place nor device stays in it; a paper is
kept as it came and only ever handed out as an attachment. Bytes lie outside the database, under
a name that is drawn at random.
"""
