"""The tests; each file tells stories about one room."""
