"""The demo county: real places, rules and goods; made-up people, by a seeded generator.

Its history is made by the operations that staff use, day by day, so that everything in it could
have happened. Its accounts and PINs are public and therefore serve on this machine only.
"""
