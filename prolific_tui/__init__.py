"""A terminal dashboard for Prolific's credential pools and webhook secrets."""
