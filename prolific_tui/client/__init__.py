"""The client of Prolific's API: the only room that speaks HTTP to it.

`api` has one typed method for each operation of the contract; the rooms below it are its own.
"""
