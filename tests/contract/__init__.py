"""The contract of Prolific's API and what holds requests and answers against it."""
