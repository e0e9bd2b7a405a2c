"""The credentials being prepared: what they say, what is wrong with them, and every edit of them.

Pure: no file, clock, thread or screen. Rows come in as bytes or text and leave as rows to send.
"""
