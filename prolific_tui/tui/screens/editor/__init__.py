"""The credential editor: a page, and the keys that act on it, a class for each kind of work."""

from prolific_tui.tui.screens.editor.screen import EditorScreen

__all__ = ["EditorScreen"]
